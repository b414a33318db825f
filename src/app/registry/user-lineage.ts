import { entryOf } from '../../base/table.ts';
import { aliasesOf, registeredModels, withRegistry } from '../../registry/index.ts';
import { feedbackOf, TraceStore } from '../../watch/index.ts';
import { versionsTrainedOn } from '../improve/erase-rows.ts';

export interface UserLineage {
  user: string;
  /** Versions that learned from rows of theirs, with the rows. */
  models: { version: string; aliases: string[]; rows: number }[];
  /** What is kept of them here. */
  answers: number;
  feedback: number;
}

/** Every version of a model that was trained on what a user of served models said. @throws AttuneError E_TRACES */
export async function userLineage(user: string): Promise<UserLineage> {
  const store = await TraceStore.open();
  try {
    const { owner, said, answers } = await feedbackOf(store, user);
    const models = await withRegistry(async (registry) => {
      const known = new Set((await registeredModels(registry)).map(({ name }) => name));
      return Promise.all(
        versionsTrainedOn(owner).map(async ({ version, rows }) => {
          const [, name, number] = /^(.+)@(\d+)$/.exec(version)!;
          const aliases = known.has(name) ? await aliasesOf(registry, name) : {};
          const own = Object.keys(aliases).filter((alias) => entryOf(aliases, alias) === Number(number));
          return { version, aliases: own, rows };
        }),
      );
    });
    return { user, models, answers: answers.length, feedback: said.length };
  } finally {
    await store.close();
  }
}
