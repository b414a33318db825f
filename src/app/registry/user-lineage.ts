import { registeredModels, versionName, withRegistry } from '../../store/registry/index.ts';
import { feedbackOf, TraceStore } from '../../monitoring/index.ts';
import { versionsTrainedOn } from '../improve/erase-rows.ts';
import { namesOf } from './lineage.ts';

export interface UserLineage {
  user: string;
  /** Versions that were trained on the user's rows, with the number of rows. */
  models: { version: string; aliases: string[]; rows: number }[];
  /** Stored answers and feedback of the user. */
  answers: number;
  feedback: number;
}

/** Every model version that was trained on input from a user of served models. @throws AttuneError E_TRACES */
export async function userLineage(user: string): Promise<UserLineage> {
  const store = await TraceStore.open();
  try {
    const { owner, said, answers } = await feedbackOf(store, user);
    const models = await withRegistry(async (registry) => {
      const known = new Set((await registeredModels(registry)).map(({ name }) => name));
      return Promise.all(
        versionsTrainedOn(owner).map(async ({ rows, ...made }) => {
          const aliases = known.has(made.model) ? await namesOf(registry, made) : [];
          return { version: versionName(made), aliases, rows };
        }),
      );
    });
    return { user, models, answers: answers.length, feedback: said.length };
  } finally {
    await store.close();
  }
}
