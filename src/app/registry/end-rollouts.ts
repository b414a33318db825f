import { endOpen, type Registry } from '../../store/registry/index.ts';

/** Ends a rollout that a person's decision has overtaken. */
export async function endRollouts(registry: Registry, model: string, reason: string): Promise<void> {
  await registry
    .transaction()
    .execute((transaction) => endOpen(transaction, { model, stage: 'replaced', reason, at: Date.now() }));
}
