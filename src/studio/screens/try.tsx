import { useEffect, useRef, useState } from 'preact/hooks';
import { entryOf } from '../../base/table.ts';
import type { AnswerLine, ContenderName } from '../../app/page/contenders.ts';
import type { ShownAnswer } from '../../app/page/shown-answer.ts';
import type { TryPlan } from '../../app/page/try-plan.ts';
import { ask, failureOf, type Failure } from '../client.ts';
import { Fault } from '../parts/fault.tsx';

/** An answer as far as it has come. */
interface Answer {
  text?: string;
  answer?: ShownAnswer;
  error?: string;
}

const TITLES: Record<ContenderName, string> = { tuned: 'Tuned', base: 'Before training', rival: 'Cheap system' };
const CONTENDERS = Object.keys(TITLES) as ContenderName[];
const MAX_TOKENS = 256;

/** The result next to what it was before, asked with one's own words. */
export function Try({ run, plan }: { run: string; plan: TryPlan }) {
  const [answers, setAnswers] = useState<Partial<Record<ContenderName, Answer>>>({});
  const [isAsking, setAsking] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const gone = useRef(new AbortController());
  useEffect(() => () => gone.current.abort(), []);
  const take = (line: unknown) => setAnswers((before) => withLine(before, line as AnswerLine));
  const send = async (body: object) => {
    gone.current.abort();
    gone.current = new AbortController();
    setAnswers({});
    setFailure(undefined);
    setAsking(true);
    try {
      await ask(run, body, take, gone.current.signal);
    } catch (error) {
      setFailure(failureOf(error));
    }
    setAsking(false);
  };
  return (
    <section>
      <h2>Try it</h2>
      <Question plan={plan} isAsking={isAsking} onAsk={(body) => void send(body)} />
      {isAsking && Object.keys(answers).length === 0 && <p role="status">Loading the model …</p>}
      <div class="answers" aria-live="polite">
        {CONTENDERS.filter((name) => answers[name] !== undefined).map((name) => (
          <div key={name}>
            <h3>{name !== 'tuned' && plan.beside !== undefined ? plan.beside.title : TITLES[name]}</h3>
            <Shown answer={answers[name]!} />
          </div>
        ))}
      </div>
      {failure && <Fault failure={failure} />}
    </section>
  );
}

interface QuestionOptions {
  plan: TryPlan;
  isAsking: boolean;
  onAsk(body: object): void;
}

/** A field for each part of a question: one text, a column each, a file. */
function Question({ plan, isAsking, onAsk }: QuestionOptions) {
  const fields = fieldsFor(plan);
  const [values, setValues] = useState<Record<string, string>>({});
  const [file, setFile] = useState<File>();
  const needsFile = ['image', 'recording', 'captions'].includes(plan.kind);
  const submit = async (event: Event) => {
    event.preventDefault();
    const writing = { values, isChat: plan.trained?.form === 'chat', maxNewTokens: MAX_TOKENS };
    onAsk(file === undefined ? writing : { ...writing, file: await base64Of(file) });
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      {fields.map(([name, title]) => (
        <label key={name} class="field">
          {title}
          <textarea
            rows={3}
            value={entryOf(values, name) ?? ''}
            onInput={(event) => setValues({ ...values, [name]: event.currentTarget.value })}
          />
        </label>
      ))}
      {needsFile && (
        <label class="field">
          File
          <input
            type="file"
            accept={plan.kind === 'recording' ? 'audio/*' : 'image/*'}
            onChange={(event) => setFile(event.currentTarget.files?.[0])}
          />
        </label>
      )}
      <div class="row">
        <button
          disabled={isAsking || (needsFile ? file === undefined : !Object.values(values).some((value) => value !== ''))}
        >
          Ask
        </button>
      </div>
    </form>
  );
}

function fieldsFor({ kind, columns }: TryPlan): [name: string, title: string][] {
  switch (kind) {
    case 'text':
      return columns === undefined ? [['text', 'Text']] : columns.map((name, at) => [`column-${at}`, name]);
    case 'question':
      return [
        ['question', 'Question'],
        ['context', 'Text that answers it'],
      ];
    case 'similarity':
      return [
        ['text', 'Text'],
        ['other', 'Another text to compare it with (or nothing, for the nearest known texts)'],
      ];
    case 'items':
      return [['text', 'Items so far, one a line']];
    case 'captions':
      return [['text', 'Texts to fit to the image, one a line (or nothing, for known ones)']];
    case 'image':
    case 'recording':
      return [];
    case 'writing':
      return [['text', 'Message']];
  }
}

/** A data URL without its head. */
async function base64Of(file: File): Promise<string> {
  const reader = new FileReader();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  reader.onload = () => resolve(String(reader.result));
  reader.onerror = () => reject(reader.error ?? new Error('the file cannot be read'));
  reader.readAsDataURL(file);
  return (await promise).replace(/^[^,]*,/, '');
}

function withLine(before: Partial<Record<ContenderName, Answer>>, line: AnswerLine): typeof before {
  const known = before[line.system] ?? {};
  const more =
    'text' in line
      ? { text: (known.text ?? '') + line.text }
      : 'answer' in line
        ? { answer: line.answer }
        : 'error' in line
          ? { error: line.error }
          : {};
  return { ...before, [line.system]: { ...known, ...more } };
}

function Shown({ answer: { text, answer, error } }: { answer: Answer }) {
  if (error !== undefined) return <p class="warn">{error}</p>;
  if (answer === undefined) return <p class="said">{text}</p>;
  const { headline, parts, bars, note } = answer;
  return (
    <>
      {headline !== undefined && <p class="headline">{headline}</p>}
      {parts && (
        <p class="said">
          {parts.map((part, at) =>
            part.label === undefined ? (
              <span key={at}>{part.text}</span>
            ) : (
              <mark key={at} title={part.label}>
                {part.text} <small>{part.label}</small>
              </mark>
            ),
          )}
        </p>
      )}
      {bars && (
        <ul class="bars">
          {bars.map(({ label, figure, share, isChosen }) => (
            <li key={label} class={isChosen === true ? 'chosen' : undefined}>
              <span>{label}</span>
              {share !== undefined && <meter value={share} aria-label={label} />}
              <span class="number">{figure}</span>
            </li>
          ))}
        </ul>
      )}
      {note !== undefined && <p class="soft small">{note}</p>}
    </>
  );
}
