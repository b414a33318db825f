import { formatTime } from '../../base/format.ts';
import { Html, html } from '../../report/html.ts';
import { policy } from '../../report/page.ts';
import { STYLE } from '../../report/style.ts';
import type { AuditEntry } from '../../review/audit-log.ts';
import type { GateCheck } from '../../review/gate-checks.ts';
import type { GateResult } from './gate.ts';

/** What the gate said of a run as one file to forward: no script, nothing from outside. */
export function gatePage({ folder, isPassed, checks }: GateResult, { at, by, hash, seen }: AuditEntry): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="${new Html(policy([], { isLive: false, hasPictures: false }))}"
        />
        <title>Gate · attune</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <h1>${isPassed ? 'May be used' : 'May not be used'}</h1>
          <p class="soft">${folder} · ${formatTime(Date.parse(at))} · asked by ${by}</p>
          ${checksPart(checks)} ${filesPart(seen)}
          <footer>Entry ${hash} of the run’s audit log.</footer>
        </main>
      </body>
    </html> `.text;
}

function checksPart(checks: readonly GateCheck[]): Html {
  const asked = checks.filter(({ outcome }) => outcome !== 'not asked');
  const others = checks.filter(({ outcome }) => outcome === 'not asked');
  return html`<section>
    <table>
      <thead>
        <tr>
          <th scope="col">Check</th>
          <th scope="col">Outcome</th>
          <th scope="col">What was found</th>
        </tr>
      </thead>
      <tbody>
        ${asked.map((check) => row(check))}
      </tbody>
    </table>
    ${others.length > 0 && html`<p class="soft">Not asked for: ${others.map(({ name }) => name).join(', ')}.</p>`}
  </section>`;
}

/** The files that the checks have seen. */
function filesPart(seen: AuditEntry['seen']): Html {
  return html`<section>
    <h2>What this rests on</h2>
    <table>
      <tbody>
        ${Object.entries(seen).map(
          ([name, file]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td><code>${file.sha256}</code></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function row({ name, outcome, message, fix }: GateCheck): Html {
  return html`<tr>
    <th scope="row">${name}</th>
    <td>${outcome}</td>
    <td>${message}${fix !== undefined && html`<small>${fix}</small>`}</td>
  </tr>`;
}
