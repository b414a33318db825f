import { beforeAll, describe, expect, it } from 'vitest';
import {
  newTokenizer,
  Renderer,
  trainByteLevelBpe,
  type ImageFile,
  type ImageTexts,
  type Message,
  type Tokenizer,
  type TrainOn,
} from '../../../../src/models/text/index.ts';
import { squaresText } from '../../../../src/models/architectures/idefics3.ts';

const marks = {
  image: '<image>',
  around: '<fake_token_around_image>',
  whole: '<global-img>',
  named: (_: string, usual: string) => usual,
};
const END = '<end_of_utterance>';

/** Content always in parts, as in SmolVLM; text or parts, as in Qwen2-VL. */
const IN_PARTS = [
  "{% for message in messages %}{{ message['role'] | capitalize }}:{% for part in message['content'] %}",
  "{% if part['type'] == 'text' %}{{ part['text'] }}{% elif part['type'] == 'image' %}{{ '<image>' }}{% endif %}",
  `{% endfor %}${END}\n{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}`,
].join('');
const IN_BOTH = [
  '{% for m in messages %}{{ m.role }}:{% if m.content is string %}{{ m.content }}{% else %}',
  "{% for part in m.content %}{% if part.type == 'image' %}<image>{% else %}{{ part.text }}{% endif %}{% endfor %}",
  `{% endif %}${END}\n{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}`,
].join('');
const BLIND = `{% for m in messages %}{{ m.role }}:{% for part in m.content if part.text %}{{ part.text }}{% endfor %}${END}
{% endfor %}{# 'image' #}{% if add_generation_prompt %}assistant:{% endif %}`;

let tokenizers: Record<string, Tokenizer>;
beforeAll(async () => {
  const specialTokens = [END, '<image>', marks.around, marks.whole, '<row_1_col_1>', '<row_1_col_2>'];
  const json = await trainByteLevelBpe(['User Assistant What is this? red green'], { vocabSize: 300, specialTokens });
  const made = async (chatTemplate: string) => newTokenizer(json, { roles: { eos: END }, chatTemplate });
  tokenizers = { parts: await made(IN_PARTS), both: await made(IN_BOTH), blind: await made(BLIND) };
});

const file = (name: string): ImageFile => ({ kind: 'image', path: `/${name}`, hash: name });
const asked = (content: string, ...images: [number, string][]): Message => ({
  role: 'user',
  content,
  images: images.map(([at, name]) => ({ at, file: file(name) })),
});
const answer = (content: string): Message => ({ role: 'assistant', content });

/** Images of kind `wide` are two squares in a row. */
function textsFor(tokenizer: Tokenizer): ImageTexts {
  const gridOf = ({ hash }: ImageFile) => (hash === 'wide' ? ([1, 2] as const) : ([0, 0] as const));
  return {
    token: marks.image,
    image: marks.image,
    id: tokenizer.idOf(marks.image)!,
    // oxlint-disable-next-line typescript/require-await -- as the one that reads files
    textsOf: async (files) => files.map((one) => squaresText(gridOf(one), 2, marks)),
  };
}

async function rendered(form: string, messages: readonly Message[], trainOn?: TrainOn) {
  const tokenizer = tokenizers[form];
  const renderer = new Renderer(tokenizer, { images: textsFor(tokenizer), trainOn });
  const { rows, problems } = await renderer.renderRows([{ kind: 'chat', messages }]);
  return { row: rows[0], problems, tokenizer, renderer };
}

const ONE = `${marks.around}${marks.whole}<image><image>${marks.around}`;
const WIDE = `${marks.around}<row_1_col_1><image><image>${marks.around}<row_1_col_2><image><image>\n\n${ONE}`;

describe('images of a conversation', () => {
  it('become their squares, row by row, and the whole of each', () => {
    expect(squaresText([0, 0], 2, marks)).toBe(ONE);
    expect(squaresText([1, 2], 2, marks)).toBe(WIDE);
    const two = squaresText([2, 1], 1, marks);
    expect(two).toBe(
      `${marks.around}<row_1_col_1><image>\n${marks.around}<row_2_col_1><image>\n\n${marks.around}${marks.whole}<image>${marks.around}`,
    );
  });

  it.each(['parts', 'both'])('stand where the messages have them, in a template of %s', async (form) => {
    const messages = [asked('What is this?', [0, 'a'], [5, 'wide']), answer(' red')];
    const { row, tokenizer, renderer } = await rendered(form, messages);
    const user = form === 'parts' ? 'User' : 'user';
    const assistant = form === 'parts' ? 'Assistant' : 'assistant';
    const text = `${user}:${ONE}What ${WIDE}is this?${END}\n${assistant}: red${END}`;
    expect(tokenizer.decode(row!.ids)).toBe(`${text}${form === 'parts' ? '\n' : '\n'}`);
    expect(row!.images).toEqual([file('a'), file('wide')]);
    const trained = row!.ids.filter((_, i) => row!.trained[i] === 1);
    expect(tokenizer.decode(trained)).toBe(` red${END}`);
    const prompt = await renderer.prompt({ messages: messages.slice(0, 1) });
    expect(row!.ids.slice(0, prompt.ids.length)).toEqual(prompt.ids);
    expect(prompt.images).toEqual(row!.images);
  });

  it('are not trained where everything else is, nor shown after the last answer', async () => {
    const { row, tokenizer } = await rendered('parts', [asked('Hi', [2, 'a']), answer('red')], 'all');
    const token = tokenizer.idOf('<image>')!;
    for (const [i, id] of row!.ids.entries()) expect(row!.trained[i]).toBe(id === token || i === 0 ? 0 : 1);
    const later = await rendered('parts', [asked('Hi', [0, 'a']), answer('red'), asked('And?', [0, 'b'])]);
    expect(later.problems).toEqual([]);
    expect(later.row!.images!.length).toBe(later.tokenizer.decode(later.row!.ids).split(marks.whole).length - 1);
  });

  it('leave conversations without any as they were, in parts where the template wants them', async () => {
    const { row, tokenizer } = await rendered('parts', [asked('Hi'), answer('red')]);
    expect(tokenizer.decode(row!.ids)).toBe(`User:Hi${END}\nAssistant:red${END}\n`);
    expect(row!.images).toBeUndefined();
  });

  it.each([
    ['both', [asked('What is <image>?'), answer('red')], /E_IMAGE_TOKEN.*turn 1/],
    ['both', [asked('Hi', [0, 'a']), answer('<image>')], /E_IMAGE_TOKEN.*turn 2/],
    ['blind', [asked('Hi', [0, 'a']), answer('red')], /E_TEMPLATE_DROPS_IMAGES/],
  ])('that cannot be told from text, or are not shown, refuse the row (%s)', async (form, messages, message) => {
    const { problems } = await rendered(form, messages);
    expect(problems).toMatchObject([{ message: expect.stringMatching(message) }]);
  });

  it('are refused where nothing reads them', async () => {
    const renderer = new Renderer(tokenizers.both);
    const messages = [asked('Hi', [0, 'a']), answer('red')];
    const { problems } = await renderer.renderRows([{ kind: 'chat', messages }]);
    expect(problems).toMatchObject([{ message: expect.stringContaining('E_IMAGES_UNREAD') }]);
    await expect(renderer.prompt({ messages })).rejects.toMatchObject({ code: 'E_IMAGES_UNREAD' });
  });
});
