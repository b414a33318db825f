import type { ItemsExample } from '../../data/example.ts';
import type { JobContext, JobRequest } from '../../base/job.ts';
import { Recommender, type Recommendation } from './recommender.ts';

/** One request of a session: users' histories, each in chronological order. */
export interface RecommendRequest {
  rows: readonly (readonly string[])[];
  count: number;
  keepSeen: boolean;
}

/** Recommends items until the session is closed. @throws AttuneError E_NO_ITEMS, E_INDEX_… */
export async function run({ target }: { target: string }, { emit, requests }: JobContext): Promise<void> {
  emit({ type: 'phase-started', phase: 'engine', message: `loading ${target}` });
  const recommender = await Recommender.open(target);
  for await (const request of requests as AsyncIterable<JobRequest<RecommendRequest, Recommendation[]>>) {
    try {
      const { rows, ...options } = request.body;
      const examples = rows.map((items, i): ItemsExample => {
        return { kind: 'items', id: String(i), items: [...items], source: { file: 'rows', line: i + 1 } };
      });
      request.send(await recommender.recommend(examples, { ...options, signal: request.signal }));
      request.end();
    } catch (error) {
      request.fail(error);
    }
  }
}
