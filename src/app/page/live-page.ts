import { html } from '../../jobs/report/html.ts';
import type { LivePart } from '../../jobs/report/report-page.ts';

/**
 * The page of a run in progress: polls for changes every two to ten seconds and replaces its content. When the run
 * has ended, the page reloads with the verdict and a form to try the result.
 */
const LIVE_SCRIPT = `
(() => {
  const PAUSE = 2000;
  const LONGEST_PAUSE = 10_000;
  let { version } = document.querySelector('.following').dataset;
  const opened = () => [...document.querySelectorAll('main details')].map((element) => element.open);
  const renew = async () => {
    const response = await fetch('');
    if (!response.ok) throw new Error('the server said ' + response.status);
    const next = new DOMParser().parseFromString(await response.text(), 'text/html');
    const open = opened();
    document.querySelector('main').replaceWith(document.adoptNode(next.querySelector('main')));
    document.title = next.title;
    for (const [i, element] of document.querySelectorAll('main details').entries()) element.open = open[i] === true;
  };
  const look = async () => {
    let pause = PAUSE;
    try {
      const state = await (await fetch('state')).json();
      if (!state.isRunning) return location.reload();
      const begun = performance.now();
      if (version !== state.version) await renew();
      version = state.version;
      // Polling takes at most a tenth of the time: a long run's log takes a while to read.
      pause = Math.min(LONGEST_PAUSE, Math.max(PAUSE, 10 * (performance.now() - begun)));
    } catch {
      const note = document.querySelector('.following');
      if (note) note.textContent = 'attune no longer answers: is it still running in the terminal?';
    }
    setTimeout(look, pause);
  };
  setTimeout(look, PAUSE);
})();
`;

/** Part of a run's page while the run is in progress. */
export function livePage(version: string): LivePart {
  const section = html`<p class="soft small following" role="status" data-version="${version}">
    This page follows the run.
  </p>`;
  return { section, script: LIVE_SCRIPT };
}
