/** The page of `attune monitor`: charts of each version's signals, in one file that needs no network. */
import { formatTime } from '../../base/format.ts';
import { htmlPage } from '../../jobs/report/html-page.ts';
import { html, type Html } from '../../jobs/report/html.ts';
import { dataTable } from '../../jobs/report/data-table.ts';
import type { VersionReport } from '../../monitoring/index.ts';
import { remoteUrl } from './remote.ts';
import type { KeyUsage } from '../use-cases/usage.ts';
import { versionPart } from './version-part.ts';

export interface MonitorPageParts {
  /** Server with the answers page that alarms link to; by default they show a command. */
  server?: string;
  usage?: readonly KeyUsage[];
}

export function monitorPage(versions: readonly VersionReport[], { server, usage = [] }: MonitorPageParts = {}): string {
  const examplesAt = server === undefined ? undefined : (id: string) => remoteUrl(server, `/answers?alarm=${id}`);
  const main = html`<header><h1>Models in use</h1></header>
    ${versions.length === 0 ? html`<p>Nothing has been served yet.</p>` : versions.map((one) => versionPart(one, { examplesAt }))}
    ${usagePart(usage)}
    <footer>Written by attune, ${formatTime(Date.now())}. Intervals hold at every moment at once.</footer>`;
  return htmlPage(main, { title: 'Models in use' });
}

/** Usage of keys in this machine's registry. */
function usagePart(usage: readonly KeyUsage[]): Html | undefined {
  if (usage.length === 0) return undefined;
  return html`<section>
    <h2>Usage by key</h2>
    <p class="soft">The last seven days</p>
    ${dataTable(
      ['Key', 'Model', '+Requests', '+Input tokens', '+Cached', '+Output tokens'],
      usage.map(({ key, model, requests, input_tokens: input, cached_tokens: cached, output_tokens: output }) => [
        key === '' ? '(no key)' : key,
        model,
        requests,
        input,
        cached,
        output,
      ]),
    )}
  </section>`;
}
