import { requireRun } from '../../store/run-folder.ts';
import { openStudio, type OpenStudio } from '../studio/studio.ts';

export { hasBrowser, openBrowser } from './browser.ts';

/**
 * Opens the studio at a run until it is closed: its progress or its verdict, its report, and a box to try the result.
 * @throws AttuneError E_RUN_MISSING
 */
export async function openPage(folder: string): Promise<OpenStudio> {
  requireRun(folder);
  return openStudio({ port: 0, at: ['run', folder] });
}
