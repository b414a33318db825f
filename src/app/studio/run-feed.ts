import { setTimeout as wait } from 'node:timers/promises';
import type { StampedEvent } from '../../base/events.ts';
import { JsonLinesReader } from '../../store/json-lines.ts';
import { isEvent, requireRun } from '../../store/run-folder.ts';
import { findLockOwner } from '../../store/run-lock.ts';
import { runPaths } from '../../store/run-paths.ts';

const POLL_MS = 250;

export interface RunPart {
  events: StampedEvent[];
  /** Cursor for what follows. */
  next: number;
  isRunning: boolean;
}

/** Events of runs from a cursor on, read from their folders: they survive this server. */
export class RunFeeds {
  readonly #feeds = new Map<string, { reader: JsonLinesReader<StampedEvent>; events: StampedEvent[] }>();

  /** Waits for news of a run in progress until `until`. @throws AttuneError E_RUN_MISSING */
  async follow(folder: string, since: number, until: AbortSignal): Promise<RunPart> {
    requireRun(folder);
    for (;;) {
      // Before reading, so that what was written up to the end is read too.
      const isRunning = findLockOwner(folder) !== undefined;
      const events = this.#read(folder);
      if (events.length > since || !isRunning || until.aborted)
        return { events: events.slice(since), next: events.length, isRunning };
      await wait(POLL_MS, undefined, { signal: until }).catch(() => undefined);
    }
  }

  #read(folder: string): StampedEvent[] {
    const feed = this.#feeds.get(folder) ?? {
      reader: new JsonLinesReader<StampedEvent>(runPaths(folder).events),
      events: [],
    };
    this.#feeds.set(folder, feed);
    for (const event of feed.reader.read()) if (isEvent(event)) feed.events.push(event);
    return feed.events;
  }
}
