import { useEffect, useRef, useState } from 'preact/hooks';
import type { AnswerLine, ContenderName } from '../../app/page/contenders.ts';
import type { ShownAnswer } from '../../app/page/shown-answer.ts';
import type { TextField } from '../../app/page/try-form.ts';
import type { TryPlan } from '../../app/page/try-plan.ts';
import { ask, Refused } from '../client.ts';

/** An answer as far as it has been received. */
interface Answer {
  text?: string;
  answer?: ShownAnswer;
  remark?: string;
}

type Answers = Partial<Record<ContenderName, Answer>>;

const BEGINNING = 'answering; the first answer includes loading the model';
const REFUSED = 'a field is empty, or the file is empty or too large';

/** A form that queries the result, next to its base or the best cheap system. */
export function Try({ run, plan }: { run: string; plan: TryPlan }) {
  const [answers, setAnswers] = useState<Answers>({});
  const [running, setRunning] = useState<AbortController>();
  const [told, setTold] = useState('');
  const latest = useRef<AbortController>(undefined);
  useEffect(() => () => latest.current?.abort(), []);
  const { kind, beside, form } = plan;
  const send = async (body: Promise<object>) => {
    const controller = new AbortController();
    latest.current = controller;
    setAnswers({});
    setRunning(controller);
    setTold(BEGINNING);
    const take = (line: unknown) => setAnswers((before) => withLine(before, line as AnswerLine));
    try {
      await ask(run, await body, take, controller.signal);
      setTold('');
    } catch (error) {
      const isRefused = error instanceof Refused;
      const away = 'attune no longer answers: is it still running in the terminal?';
      setTold(controller.signal.aborted ? 'stopped' : isRefused ? REFUSED : away);
    }
    setRunning(undefined);
  };
  const systems: [name: ContenderName, title: string][] = [
    ['tuned', beside === undefined ? 'answer' : 'tuned'],
    ...(beside === undefined ? [] : [[beside.rival === undefined ? 'base' : 'rival', beside.title] as const]),
  ].map(([name, title]) => [name as ContenderName, title]);
  return (
    <section class="live">
      <h2>Try it</h2>
      <p class="soft">{form.about} Everything stays on this machine.</p>
      <Question plan={plan} running={running} told={told} onAsk={(body) => void send(body)} />
      <div class="answers">
        {systems.map(([name, title]) => (
          <div key={name} class={name === 'tuned' ? 'latest' : undefined}>
            <h3>
              {title}
              {name === 'base' && <span class="score"> base</span>}
            </h3>
            {kind === 'writing' && (
              <p class="said" data-answer={name}>
                {answers[name]?.text?.trimStart()}
              </p>
            )}
            <div class="result" data-result={name} aria-live="polite">
              {answers[name]?.answer && <Shown answer={answers[name].answer} />}
            </div>
            <p class="soft small" data-remark={name}>
              {answers[name]?.remark}
            </p>
          </div>
        ))}
      </div>
    </section>
  );
}

interface QuestionOptions {
  plan: TryPlan;
  running?: AbortController;
  told: string;
  /** Takes a promise because reading a file takes a moment, during which the form must already be busy. */
  onAsk(body: Promise<object>): void;
}

/** The fields of a question: a text, one per column, or a file. */
function Question({ plan: { beside, form }, running, told, onAsk }: QuestionOptions) {
  const box = useRef<HTMLFormElement>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    if (running === undefined) onAsk(bodyOf(form, new FormData(box.current!)));
  };
  const isPair = beside !== undefined;
  return (
    <form ref={box} class="try" aria-label={isPair ? 'Ask both models' : 'Ask the model'} onSubmit={submit}>
      {form.file && <FileField {...form.file} />}
      {form.texts.map((field) => (
        <Text key={field.name} field={field} onSend={() => box.current!.requestSubmit()} />
      ))}
      <div class="row">
        {form.isPlain !== undefined && <Writing isPlain={form.isPlain} />}
        <button type="submit" disabled={running !== undefined}>
          {isPair && form.button === 'Ask' ? 'Ask both' : form.button}
        </button>
        <button type="button" class="quiet" hidden={running === undefined} onClick={() => running?.abort()}>
          Stop
        </button>
        <output class="soft small" aria-live="polite">
          {told}
        </output>
      </div>
    </form>
  );
}

/** Request body: the texts, the sampling settings for generated answers, the file in base64. */
async function bodyOf(form: TryPlan['form'], given: FormData): Promise<object> {
  const file = given.get('file');
  const values = Object.fromEntries(form.texts.map(({ name }) => [name, String(given.get(name))]));
  const writing = { isChat: given.get('kind') === 'chat', maxNewTokens: Number(given.get('tokens')) };
  const body = { values, ...(form.isPlain !== undefined && writing) };
  return file instanceof File ? { ...body, file: (await addressOf(file)).split(',')[1] ?? '' } : body;
}

function Text({ field: { name, label, rows, value, isOptional, hint }, onSend }: { field: TextField; onSend(): void }) {
  const id = `try-${name}`;
  return (
    <>
      <label for={id}>
        {label}
        {hint !== undefined && <span class="soft"> ({hint})</span>}
      </label>
      <textarea
        id={id}
        name={name}
        rows={rows}
        defaultValue={value}
        required={isOptional !== true}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) onSend();
        }}
      />
    </>
  );
}

function FileField({ label, accept, mostBytes }: NonNullable<TryPlan['form']['file']>) {
  const [picture, setPicture] = useState<string>();
  const most = Math.floor(mostBytes / 2 ** 20);
  const choose = async (input: HTMLInputElement) => {
    const file = input.files?.[0];
    const isTooLarge = file !== undefined && file.size > mostBytes;
    input.setCustomValidity(isTooLarge ? `The file is larger than ${most} MB` : '');
    const isShown = file !== undefined && !isTooLarge && accept.startsWith('image');
    setPicture(isShown ? await addressOf(file) : undefined);
  };
  return (
    <>
      <label for="try-file">
        {label} <span class="soft">(at most {most} MB)</span>
      </label>
      <input
        id="try-file"
        name="file"
        type="file"
        accept={accept}
        required
        onChange={(event) => void choose(event.currentTarget)}
      />
      {picture !== undefined && <img class="preview" alt="The chosen image" src={picture} />}
    </>
  );
}

function Writing({ isPlain }: { isPlain: boolean }) {
  return (
    <>
      <label>
        <input type="radio" name="kind" value="plain" defaultChecked={isPlain} /> continue as text
      </label>
      <label>
        <input type="radio" name="kind" value="chat" defaultChecked={!isPlain} /> as a message
      </label>
      <label>
        at most <input name="tokens" type="number" min="1" max="4096" defaultValue="128" required /> tokens
      </label>
    </>
  );
}

async function addressOf(file: File): Promise<string> {
  const reader = new FileReader();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  reader.onload = () => resolve(String(reader.result));
  reader.onerror = () => reject(reader.error ?? new Error('the file cannot be read'));
  reader.readAsDataURL(file);
  return promise;
}

function withLine(before: Answers, line: AnswerLine): Answers {
  const known = before[line.system] ?? {};
  return { ...before, [line.system]: { ...known, ...moreOf(line, known) } };
}

function moreOf(line: AnswerLine, { text = '' }: Answer): Answer {
  if ('text' in line) return { text: text + line.text };
  if ('error' in line) return { remark: `failed: ${line.error}` };
  if ('answer' in line) return { answer: line.answer, remark: line.answer.note };
  if (text === '') return { remark: '(nothing)' };
  return { remark: line.finish === 'length' ? 'stopped at the token limit' : 'ended by itself' };
}

function Shown({ answer: { headline, parts, bars } }: { answer: ShownAnswer }) {
  const labels = [...new Set(parts?.flatMap(({ label }) => label ?? []))];
  return (
    <>
      {headline !== undefined && <p class="headline">{headline === '' ? '(nothing)' : headline}</p>}
      {parts && (
        <p class="said marked">
          {parts.map(({ text, label }, at) =>
            label === undefined ? (
              <span key={at}>{text}</span>
            ) : (
              <mark key={at} class={`tone-${(labels.indexOf(label) % 3) + 1}`}>
                {text}
                <small>{label}</small>
              </mark>
            ),
          )}
        </p>
      )}
      {bars && (
        <ol class="bars">
          {bars.map(({ label, figure, share, isChosen }) => (
            <li key={label} class={isChosen === true ? 'chosen' : undefined}>
              <span class="label">{label}</span>
              <span class="figure">{figure}</span>
              {share !== undefined && <meter value={share} aria-label={label} />}
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
