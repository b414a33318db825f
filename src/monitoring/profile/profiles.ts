/** Training profiles of served versions: each is built once, in a thread, after the version's first answer. */
import { dirname } from 'node:path';
import { isSilence, Killable, moduleBeside, thread } from '../../base/killable.ts';
import { isRunFolder } from '../../store/run-folder.ts';
import { TrainingProfile, type ProfileData } from './training-profile.ts';

/** A profile takes about ten MiB; for further versions, signals about training rows are not measured. */
const MOST_PROFILES = 16;
const THREAD_LIMITS = { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 24 };
/** Maximum number of folder levels from a result up to its run. */
const LEVELS = 2;

export class Profiles implements AsyncDisposable {
  readonly #profiles = new Map<string, TrainingProfile | undefined>();
  #queue: Promise<void> = Promise.resolve();
  #thread: Killable<ProfileData> | undefined;
  #isClosed = false;

  /** Undefined until it has been built, or if there is none. */
  of(folder: string | undefined): TrainingProfile | undefined {
    if (folder === undefined || this.#isClosed) return undefined;
    if (!this.#profiles.has(folder) && this.#profiles.size < MOST_PROFILES) {
      this.#profiles.set(folder, undefined);
      const run = runOf(folder);
      if (run !== undefined)
        this.#queue = this.#queue.then(async () => {
          const data = await this.#make(run);
          if (data !== undefined) this.#profiles.set(folder, new TrainingProfile(data));
        });
    }
    return this.#profiles.get(folder);
  }

  /** Resolves when all requested profiles are built. */
  settled(): Promise<void> {
    return this.#queue;
  }

  /** Profiles are optional: the rows may be missing or too many. */
  async #make(run: string): Promise<ProfileData | undefined> {
    if (this.#isClosed) return undefined;
    const options = { workerData: { run }, resourceLimits: THREAD_LIMITS };
    this.#thread = new Killable(thread(moduleBeside('./profile-thread', import.meta.url), options));
    const heard = await this.#thread.ask(undefined);
    return isSilence(heard) ? undefined : heard;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.#thread?.stop();
  }
}

function runOf(folder: string): string | undefined {
  let at = folder;
  for (let level = 0; level <= LEVELS; level++) {
    if (isRunFolder(at)) return at;
    at = dirname(at);
  }
  return undefined;
}
