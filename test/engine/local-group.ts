// Simulates the processes of a shared run in one process.
import type { Collectives, Pending } from '../../src/engine/group/index.ts';
import { cat, noGrad, scope, stack, type Tensor } from '../../src/engine/tensor/index.ts';

/** Messages of one collective, by rank. */
interface Meeting {
  messages: unknown[];
  arrived: number;
  isComplete: PromiseWithResolvers<void>;
}

export class LocalGroup implements Collectives {
  readonly rank: number;
  readonly size: number;
  readonly #meetings: Map<number, Meeting>;
  #count = 0;

  static of(size: number): LocalGroup[] {
    const meetings = new Map<number, Meeting>();
    return Array.from({ length: size }, (_, rank) => new LocalGroup(rank, size, meetings));
  }

  private constructor(rank: number, size: number, meetings: Map<number, Meeting>) {
    this.rank = rank;
    this.size = size;
    this.#meetings = meetings;
  }

  /** Posts a message; the returned function waits for those of all ranks. */
  #meet<Message>(own: Message): () => Promise<Message[]> {
    const number = this.#count++;
    const meeting = this.#meetings.get(number) ?? {
      messages: [],
      arrived: 0,
      isComplete: Promise.withResolvers<void>(),
    };
    this.#meetings.set(number, meeting);
    meeting.messages[this.rank] = own;
    if (++meeting.arrived === this.size) meeting.isComplete.resolve();
    return async () => {
      await meeting.isComplete.promise;
      return meeting.messages as Message[];
    };
  }

  exchange(_: string, row: Tensor, { sent }: { sent: readonly number[]; received: readonly number[] }): Pending {
    const parts = noGrad(() => scope(() => row.split([...sent]).map((part) => part.clone().own())));
    const all = this.#meet(parts);
    return {
      ready: () => undefined,
      result: async () => {
        const own = (await all()).map((from) => from[this.rank]);
        const joined = scope(() => cat(own).own());
        return joined;
      },
    };
  }

  async gather(_: string, own: Tensor): Promise<Tensor> {
    const all = await this.#meet(scope(() => own.clone().own()))();
    return scope(() => stack(all)).own();
  }

  async broadcast(_: string, tensor: Tensor): Promise<void> {
    const [first] = await this.#meet(scope(() => tensor.detach().clone().own()))();
    if (this.rank > 0) noGrad(() => scope(() => void tensor.copy_(first)));
  }

  async bring(_: string, from: number, tensor: Tensor | undefined): Promise<void> {
    const all = await this.#meet(tensor && scope(() => tensor.detach().clone().own()))();
    if (this.rank === 0) tensor!.copy_(all[from]!);
  }

  gatherValues<Value>(_: string, own: Value): Promise<Value[]> {
    return this.#meet(structuredClone(own))();
  }

  async share<Value>(_: string, own?: Value): Promise<Value> {
    return structuredClone((await this.#meet(own)())[0]!);
  }

  gatherNumbers(_: string, own: number): Promise<number[]> {
    return this.#meet(own)();
  }
}
