import { endOpen, type Registry } from '../../store/registry/index.ts';

/** Ends rollouts that were superseded by a person's decision. */
export async function endRollouts(registry: Registry, model: string, reason: string): Promise<void> {
  await registry
    .transaction()
    .execute((transaction) => endOpen(transaction, { model, stage: 'replaced', reason, at: Date.now() }));
}
