/** A queue between a producer and one asynchronous consumer. */
export class Channel<Item> {
  /** Called after each item, when its consumer asks for more. */
  onUsed: (item: Item) => void = () => undefined;
  #items: Item[] = [];
  #end: { error?: Error } | undefined;
  #wake: () => void = () => undefined;

  push(item: Item): void {
    this.#items.push(item);
    this.#wake();
  }

  /** Ends the queue after the items already pushed, and throws the error, if any. Only the first call counts. */
  finish(error?: Error): void {
    this.#end ??= { error };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for (;;) {
      while (this.#items.length > 0) {
        const item = this.#items.shift() as Item;
        yield item;
        this.onUsed(item);
      }
      if (this.#end?.error !== undefined) throw this.#end.error;
      if (this.#end !== undefined) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
