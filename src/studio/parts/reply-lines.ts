/** Lines of a reply as they arrive. */
export async function* linesOf(response: Response): AsyncGenerator<string> {
  let rest = '';
  const text = response.body!.pipeThrough(new TextDecoderStream());
  for await (const chunk of text as unknown as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
}
