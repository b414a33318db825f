import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { read } from './api.ts';
import type { AnswerList, ListedAnswer } from '../../serving/endpoints/answers.ts';
import { Detail } from './answer-detail.tsx';
import { feedbackText } from './feedback-text.ts';
import { KeyField } from './server-settings.tsx';

interface Alarm {
  id: string;
  model: string;
  message: string;
  action: string;
}

const SINCE = [
  ['', 'any time'],
  ['3600', 'an hour ago'],
  ['86400', 'a day ago'],
  ['604800', 'a week ago'],
] as const;

/** The page of served answers: search, open, rate. */
export function Answers() {
  const place = new URLSearchParams(location.search);
  const form = useRef<HTMLFormElement>(null);
  const [alarms, setAlarms] = useState<readonly Alarm[]>([]);
  const [alarm, setAlarm] = useState(place.get('alarm') ?? '');
  const { found, kept, state, search } = useSearch(() => filtersOf(form.current!, alarm));
  const listAlarms = () =>
    // Keys without admin rights see no alarms.
    read<{ data: Alarm[] }>('v1/attune/alarms').then(
      ({ data }) => setAlarms(data),
      () => setAlarms([]),
    );
  useEffect(() => void listAlarms(), []);
  useEffect(() => void search(false), [alarm]);
  return (
    <>
      <header>
        <h1>Answers</h1>
        <a href="./">Try</a>
      </header>
      <Filters
        form={form}
        alarm={alarm}
        onSearch={() => void search(false)}
        onNoAlarm={() => setAlarm('')}
        onKey={() => {
          void listAlarms();
          void search(false);
        }}
      />
      <main>
        {alarms.map(({ id, model, message, action }) => (
          <section key={id} aria-label="Alarm">
            <h2>
              ▲ {model}: {message}
            </h2>
            <p class="soft">{action}</p>
            <button type="button" class="quiet" onClick={() => setAlarm(id)}>
              Examples
            </button>
          </section>
        ))}
        <p class="soft small" role="status">
          {state}
        </p>
        {kept.map((answer) => (
          <Row key={answer.id} answer={answer} />
        ))}
        {found?.has_more === true && (
          <button type="button" class="quiet" onClick={() => void search(true)}>
            More
          </button>
        )}
      </main>
    </>
  );
}

interface FilterOptions {
  form: RefObject<HTMLFormElement | null>;
  /** Alarm whose examples are wanted. */
  alarm: string;
  onSearch(): void;
  onNoAlarm(): void;
  onKey(): void;
}

function Filters({ form, alarm, onSearch, onNoAlarm, onKey }: FilterOptions) {
  const place = new URLSearchParams(location.search);
  return (
    <form
      ref={form}
      class="options row"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch();
      }}
    >
      <input
        name="search"
        type="search"
        placeholder="Question or answer contains …"
        aria-label="Search"
        maxLength={1000}
      />
      {['model', 'version'].map((name) => (
        <label key={name}>
          {name === 'model' ? 'Model' : 'Version'}{' '}
          <input name={name} autocomplete="off" placeholder="all" size={10} defaultValue={place.get(name) ?? ''} />
        </label>
      ))}
      <label>
        Since{' '}
        <select name="since">
          {SINCE.map(([seconds, title]) => (
            <option key={seconds} value={seconds}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label>
        <input name="flagged" type="checkbox" value="true" /> Flagged
      </label>
      <label>
        <input name="unrated" type="checkbox" value="true" /> Without feedback
      </label>
      {alarm !== '' && (
        <label>
          <input type="checkbox" checked onChange={onNoAlarm} /> Examples of the alarm
        </label>
      )}
      <KeyField onKey={onKey} />
      <button>Search</button>
    </form>
  );
}

/** Replies to earlier searches are dropped. */
function useSearch(filters: () => URLSearchParams) {
  const [found, setFound] = useState<AnswerList>();
  const [kept, setListedAnswer] = useState<readonly ListedAnswer[]>([]);
  const [trouble, setTrouble] = useState<string>();
  const number = useRef(0);
  const search = async (isMore: boolean) => {
    const own = ++number.current;
    const asked = filters();
    if (isMore && found?.next) asked.set('after', found.next);
    else setListedAnswer([]);
    setFound(undefined);
    setTrouble(undefined);
    try {
      const page = await read<AnswerList>(`v1/attune/answers?${asked.toString()}`);
      if (own !== number.current) return;
      setFound(page);
      setListedAnswer((before) => (isMore ? [...before, ...page.data] : page.data));
    } catch (error) {
      if (own === number.current) setTrouble((error as Error).message);
    }
  };
  return { found, kept, search, state: trouble ?? (found === undefined ? 'Searching …' : toldOf(kept.length, found)) };
}

function toldOf(count: number, { has_more: hasMore, searched_all: isAll }: AnswerList): string {
  const told = count === 0 ? 'No answers' : count === 1 ? '1 answer' : `${count} answers`;
  if (!hasMore) return told;
  return `${told}${isAll ? ', and more' : ' so far; older ones have not been searched yet'}`;
}

function filtersOf(form: HTMLFormElement, alarm: string): URLSearchParams {
  const typed = [...new FormData(form).entries()].map(([name, value]) => [name, String(value).trim()]);
  const asked = new URLSearchParams(typed.filter(([, value]) => value !== ''));
  const since = asked.get('since');
  if (since !== null) asked.set('since', String(Math.floor(Date.now() / 1000) - Number(since)));
  if (alarm !== '') asked.set('alarm', alarm);
  return asked;
}

function about({ created_at: at, model, version, confidence, feedback }: ListedAnswer): string {
  const rated = feedback.map(feedbackText).join(' · ').slice(0, 200);
  const sure = confidence === null ? '' : `confidence ${confidence.toFixed(2)}`;
  return [new Date(at * 1000).toLocaleString(), model, version, sure, rated].filter(Boolean).join(' · ');
}

function Row({ answer }: { answer: ListedAnswer }) {
  const [isOpen, setOpen] = useState(false);
  const name = isOpen ? 'Close' : 'Open';
  return (
    <article class="kept">
      <p class="soft small">
        {answer.flags.map((flag) => (
          <span key={flag} class="flag">
            {flag}
          </span>
        ))}
        {about(answer)}
      </p>
      <p class="soft short">{answer.asked}</p>
      <p class="said short">{answer.said ?? 'no text is kept'}</p>
      <button
        type="button"
        class="quiet"
        aria-expanded={isOpen}
        aria-label={`${name} ${answer.id}`}
        onClick={() => setOpen(!isOpen)}
      >
        {name}
      </button>
      {isOpen && <Detail id={answer.id} />}
    </article>
  );
}
