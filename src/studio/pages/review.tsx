import { useEffect, useRef, useState } from 'preact/hooks';
import type { ReviewSettings } from '../../app/review/open-review.ts';
import type { SessionProgress, ShownPair, Side } from '../../evaluation/review/review-session.ts';
import type { Criterion } from '../../scoring/judges/rubric.ts';
import { entryOf } from '../../base/table.ts';
import { get, post } from '../client.ts';
import { useKeys } from '../parts/use-keys.ts';

type State = SessionProgress & { pair?: ShownPair; error?: string };
type Answer = 'left' | 'right';
type Rating = readonly [name: string, side: Answer, score: number];

/** Texts by role. */
const WORDS: Readonly<Record<ReviewSettings['role'], { heading: string; end: string; counted: string }>> = {
  reviewer: {
    heading: 'Which answer is better?',
    end: 'All pairs are judged. Thank you; you can close this page.',
    counted: 'judged, saved',
  },
  adjudicator: {
    heading: 'Reviewers disagree: which answer is better?',
    end: 'All disagreements are decided. Thank you; you can close this page.',
    counted: 'decided, saved',
  },
  viewer: { heading: 'Pairs of answers', end: 'That was the last pair.', counted: 'seen; nothing is saved' },
};

const CHOICES = [
  ['left', 'The first', '1'],
  ['right', 'The second', '2'],
  ['tie', 'Equally good', '0'],
  ['neither', 'Both bad', 'x'],
] as const;
const KEYS: Readonly<Record<string, Side>> = {
  1: 'left',
  ArrowLeft: 'left',
  2: 'right',
  ArrowRight: 'right',
  0: 'tie',
  x: 'neither',
};
/** Keys and titles of the flags. */
const FLAGS: Readonly<Record<string, [key: string, title: string]>> = {
  unsafe: ['f', 'unsafe'],
  'personal data': ['p', 'contains personal data'],
};

/** Shows pairs of answers one after another; only the server knows which system gave which answer. */
export function Review() {
  const [settings, setSettings] = useState<ReviewSettings>();
  const [state, setState] = useState<State>();
  const [trouble, setTrouble] = useState('');
  const isBusy = useRef(false);
  const send = async (body: object) => {
    if (isBusy.current) return;
    isBusy.current = true;
    try {
      const news = await post<State>('ask', body);
      if (news.error !== undefined) throw new Error(news.error);
      setTrouble('');
      setState(news);
      scrollTo(0, 0);
    } catch (error) {
      const { message } = error as Error;
      setTrouble(`This was not saved: ${message}. Is attune still running in the terminal?`);
    }
    isBusy.current = false;
  };
  useEffect(() => {
    get<ReviewSettings>('state').then(setSettings, (error: unknown) => setTrouble(String(error)));
    void send({ do: 'next' });
  }, []);
  const words = WORDS[settings?.role ?? 'reviewer'];
  return (
    <main>
      <h1>{words.heading}</h1>
      <p class="soft" role="status" aria-live="polite">
        {state === undefined ? 'loading' : `${state.done} of ${state.total} ${words.counted}`}
      </p>
      <p role="alert">{trouble !== '' && <span class="word">{trouble}</span>}</p>
      {settings && state && (
        <Judging
          key={`${state.done} ${state.pair?.item}`}
          settings={settings}
          state={state}
          end={words.end}
          onSend={(body) => void send(body)}
        />
      )}
    </main>
  );
}

interface JudgingOptions {
  settings: ReviewSettings;
  state: State;
  end: string;
  onSend(body: object): void;
}

/** One pair with its choice; the next pair starts with a fresh state. */
function Judging({ settings: { role, criteria, flags }, state: { pair, done }, end, onSend }: JudgingOptions) {
  const begun = useRef(performance.now());
  const [ratings, setRatings] = useState<readonly Rating[]>([]);
  const [edit, setEdit] = useState('');
  const [raised, setRaised] = useState<readonly string[]>([]);
  const editor = useRef<HTMLTextAreaElement>(null);
  const toggle = (flag: string) =>
    setRaised((now) => (now.includes(flag) ? now.filter((one) => one !== flag) : [...now, flag]));
  const choose = (side: Side) => {
    if (pair === undefined) return;
    const seconds = Math.round(performance.now() - begun.current) / 1000;
    const words = edit.trim() === '' ? undefined : edit;
    onSend({
      do: 'choose',
      item: pair.item,
      side,
      seconds,
      ratings: complete(criteria, ratings),
      edit: words,
      flags: raised,
    });
  };
  const undo = () => onSend({ do: 'undo' });
  useKeys((key, target) => {
    if (target instanceof HTMLSelectElement) return false;
    if (target === editor.current) {
      if (key === 'Escape') editor.current?.blur();
      return false;
    }
    const flag = flags.find((one) => entryOf(FLAGS, one)?.[0] === key);
    if (key === 'u') undo();
    else if (key === 'e' && editor.current !== null) editor.current.focus();
    else if (flag !== undefined && role !== 'viewer') toggle(flag);
    else if (Object.hasOwn(KEYS, key)) choose(KEYS[key]);
    else return false;
    return true;
  });
  const rate = (rating: Rating) =>
    setRatings((now) => [...now.filter(([name, side]) => name !== rating[0] || side !== rating[1]), rating]);
  return (
    <>
      {pair === undefined ? (
        <p>{end}</p>
      ) : (
        <>
          <Prompt pair={pair} />
          <div class="grid-2">
            <Shown side="left" number={1} text={pair.left} criteria={criteria} onRate={rate} />
            <Shown side="right" number={2} text={pair.right} criteria={criteria} onRate={rate} />
          </div>
          {role !== 'viewer' && (
            <section>
              <label class="field">
                A better answer, if you know one<kbd>e</kbd>
                <textarea ref={editor} value={edit} onInput={(event) => setEdit(event.currentTarget.value)} />
              </label>
              {flags.map((flag) => (
                <label key={flag} class="switch">
                  <input type="checkbox" checked={raised.includes(flag)} onChange={() => toggle(flag)} />{' '}
                  {entryOf(FLAGS, flag)?.[1]}
                  <kbd>{entryOf(FLAGS, flag)?.[0]}</kbd>
                </label>
              ))}
            </section>
          )}
        </>
      )}
      <Choices isViewer={role === 'viewer'} isEnd={pair === undefined} done={done} onChoose={choose} onUndo={undo} />
    </>
  );
}

interface ChoicesOptions {
  isViewer: boolean;
  isEnd: boolean;
  done: number;
  onChoose(side: Side): void;
  onUndo(): void;
}

/** Buttons for choosing; viewers can only browse. */
function Choices({ isViewer, isEnd, done, onChoose, onUndo }: ChoicesOptions) {
  const shown = isViewer ? ([['tie', 'Next', '0']] as const) : CHOICES;
  return (
    <div class="choices decide" role="group" aria-label={isViewer ? 'Pairs' : 'Your choice'}>
      {shown.map(([side, title, key]) => (
        <button key={side} type="button" class="quiet" disabled={isEnd} onClick={() => onChoose(side)}>
          {title}
          <kbd>{key}</kbd>
        </button>
      ))}
      <button type="button" class="quiet" disabled={done === 0} onClick={onUndo}>
        {isViewer ? 'Back' : 'Undo'}
        <kbd>u</kbd>
      </button>
    </div>
  );
}

function Prompt({ pair: { prompt, reference } }: { pair: ShownPair }) {
  return (
    <section>
      <h2>Prompt</h2>
      <p class="text" data-text="prompt">
        {prompt}
      </p>
      {reference !== undefined && (
        <details>
          <summary>A right answer</summary>
          <p class="text">{reference}</p>
        </details>
      )}
    </section>
  );
}

interface ShownOptions {
  side: Answer;
  number: number;
  text: string;
  criteria: readonly Criterion[];
  onRate(rating: Rating): void;
}

function Shown({ side, number, text, criteria, onRate }: ShownOptions) {
  return (
    <section>
      <h2>Answer {number}</h2>
      <p class="text" data-text={side}>
        {text || '(no answer)'}
      </p>
      {criteria.map(({ name, description, scale: [low, high], levels }) => (
        <label key={name} class="switch" title={description}>
          {name}{' '}
          <select
            aria-label={`${name} of answer ${number}`}
            onChange={(event) => onRate([name, side, Number(event.currentTarget.value || Number.NaN)])}
          >
            <option value="">–</option>
            {Array.from({ length: high - low + 1 }, (_, at) => String(low + at)).map((score) => (
              <option key={score} value={score}>
                {Object.hasOwn(levels, score) ? `${score}: ${levels[score]}` : score}
              </option>
            ))}
          </select>
        </label>
      ))}
    </section>
  );
}

/** The ratings, if both answers were rated by all criteria; otherwise undefined. */
function complete(criteria: readonly Criterion[], ratings: readonly Rating[]): object | undefined {
  const value = (name: string, side: Answer) =>
    ratings.find(([rated, of]) => rated === name && of === side)?.[2] ?? Number.NaN;
  const both = criteria.map(({ name }) => [name, [value(name, 'left'), value(name, 'right')]] as const);
  const given = both.filter(([, scores]) => scores.every((score) => !Number.isNaN(score)));
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
