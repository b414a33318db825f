import { basename } from 'node:path';
import { formatTime } from '../../base/format.ts';
import { htmlPage } from '../../jobs/report/html-page.ts';
import { html, type Html } from '../../jobs/report/html.ts';
import { dataTable } from '../../jobs/report/data-table.ts';
import type { AuditEntry } from '../../evaluation/review/gate-log.ts';
import { gateQuestions, type GateCheck } from '../../evaluation/review/gate-checks.ts';
import type { GateResult } from './gate.ts';

const GATE_STYLE = `
.checks th, .checks td { vertical-align: top; } .checks td:nth-child(2) { width: 1%; } .checks td { overflow-wrap: anywhere; }
.others { margin-top: 12px; }
@media (min-width: 600px) { .checks tbody th { min-width: 10em; } }
`;

const PASSED = html`<span class="badge good"><span aria-hidden="true">✓</span> passed</span>`;
const FAILED = html`<span class="badge bad"><span aria-hidden="true">✗</span> failed</span>`;

/** The gate's decision on a run as one file to forward: no scripts, no external resources. */
export function gatePage({ folder, isPassed, checks }: GateResult, { at, by, hash, seen }: AuditEntry): string {
  const main = html`<h1>${isPassed ? 'May be used' : 'May not be used'}</h1>
    <p class="soft">${basename(folder)} · ${formatTime(Date.parse(at))}</p>
    ${checksPart(checks)} ${filesPart(seen)}
    <footer class="hash">Entry ${hash} of the run’s audit log, requested by ${by}.</footer>`;
  return htmlPage(main, { title: 'Gate', style: GATE_STYLE });
}

function checksPart(checks: readonly GateCheck[]): Html {
  const asked = checks.filter(({ outcome }) => outcome !== 'not asked');
  const others = checks.filter(({ outcome }) => outcome === 'not asked');
  return html`<section>
    <h2>Checks</h2>
    <table class="checks">
      <thead>
        <tr>
          <th scope="col">Check</th>
          <th scope="col">Outcome</th>
          <th scope="col">Finding</th>
        </tr>
      </thead>
      <tbody>
        ${asked.map((check) => row(check))}
      </tbody>
    </table>
    ${others.length > 0 && html`<p class="soft others">Not required: ${others.map(({ name }) => gateQuestions[name].title).join(', ')}.</p>`}
  </section>`;
}

/** Files that the checks have read. */
function filesPart(seen: AuditEntry['seen']): Html {
  return html`<section>
    <h2>Files checked</h2>
    ${dataTable(
      ['', ''],
      Object.entries(seen).map(([name, file]) => [name, html`<code class="hash">${file.sha256}</code>`]),
    )}
  </section>`;
}

function row({ name, outcome, message, fix }: GateCheck): Html {
  return html`<tr>
    <th scope="row">${gateQuestions[name].title}</th>
    <td>${outcome === 'passed' ? PASSED : FAILED}</td>
    <td>${sentence(message)}${fix !== undefined && html`<small>To fix it: ${fix}</small>`}</td>
  </tr>`;
}

function sentence(text: string): string {
  return text.replace(/^\p{L}/u, (letter) => letter.toUpperCase());
}
