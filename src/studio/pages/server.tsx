import { signal, type Signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Programs } from '../parts/programs.tsx';
import { Scores } from '../parts/scores.tsx';
import { useKeys } from '../parts/use-keys.ts';
import { apiKey, isKeyWanted, read, send } from './api.ts';
import { Question } from './server-question.tsx';
import { Options } from './server-settings.tsx';
import { wayTo, type Asked, type Model, type Said, type Settings } from './ways-to-ask.ts';

interface Card extends Said {
  model: string;
  isBusy: boolean;
  error?: string;
  request?: { address: string; body: object };
}

interface Turn {
  question: string;
  row?: Readonly<Record<string, string>>;
  cards: readonly Signal<Card>[];
}

const SETTINGS: Settings = { system: '', questions: '', constraint: '', temperature: '0', top_p: '1', max_tokens: '' };

/** The page for trying a server's models; it uses the same API as every other client. */
export function ServerPage() {
  const { models, trouble, list } = useModels();
  const [chosen, setChosen] = useState(new URLSearchParams(location.search).get('model') ?? '');
  const [beside, setBeside] = useState<string>();
  const [settings, setSettings] = useState(SETTINGS);
  const [isOpen, setOpen] = useState(false);
  const [turns, setTurns] = useState<readonly Turn[]>([]);
  const [running, setRunning] = useState<AbortController>();
  // Puts a tuned model first, next to its base.
  const model = models.find(({ id }) => id === chosen) ?? models.find(({ parent }) => parent !== null) ?? models[0];
  const others = models.filter((one) => one !== model && one.task === model?.task);
  const other = others.find(({ id }) => id === (beside ?? model?.parent));
  useEffect(() => isKeyWanted.subscribe((isWanted) => isWanted && setOpen(true)), []);
  useKeys((key) => {
    if (key === 'Escape') running?.abort();
    return false;
  });
  const ask = async (question: string, row?: Turn['row']) => {
    const controller = new AbortController();
    setRunning(controller);
    const asked = [model, other].filter((one) => one !== undefined);
    const cards = asked.map(({ id }) => signal<Card>({ model: id, isBusy: true }));
    setTurns((before) => [...before, { question, row, cards }]);
    const about = { question, row, settings };
    await Promise.all(asked.map((one, at) => answer(one, cards[at], { about, turns, signal: controller.signal })));
    setRunning(undefined);
    return cards.every((card) => card.value.error === undefined);
  };
  const forget = () => {
    setTurns([]);
    document.querySelector<HTMLElement>('#question')?.focus();
  };
  return (
    <>
      <header>
        <h1>attune</h1>
        <Choice label="Model" value={model?.id} models={models} isBusy={running !== undefined} onChoose={setChosen} />
        {others.length > 0 && (
          <Choice
            label="Compare with"
            value={other?.id}
            models={others}
            isBusy={running !== undefined}
            onChoose={setBeside}
            isOptional
          />
        )}
        <button type="button" class="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          Settings
        </button>
        <button type="button" class="quiet" disabled={running !== undefined} onClick={forget}>
          New conversation
        </button>
        <a href="answers">Answers</a>
      </header>
      {isOpen && <Options settings={settings} model={model} onChange={setSettings} onKey={() => void list()} />}
      <Conversation turns={turns} hint={trouble ?? hintOf(model)} isBusy={running !== undefined} />
      <Question
        key={model?.id}
        model={model}
        last={turns.at(-1)?.question}
        isBusy={running !== undefined}
        onAsk={ask}
        onStop={() => running?.abort()}
      />
    </>
  );
}

function useModels() {
  const [models, setModels] = useState<readonly Model[]>([]);
  const [trouble, setTrouble] = useState<string | undefined>('Loading the list of models …');
  const list = async () => {
    try {
      const { data } = await read<{ data: Model[] }>('v1/models');
      const known = data.filter(({ task }) => wayTo(task) !== undefined);
      setModels(known);
      const none = 'No model here takes text. openapi.json describes the endpoints of this server.';
      setTrouble(known.length === 0 ? none : undefined);
    } catch (error) {
      setTrouble((error as Error).message);
    }
  };
  useEffect(() => void list(), []);
  return { models, trouble, list };
}

function hintOf(model: Model | undefined): string {
  if (model === undefined) return '';
  const tools = model.defaults?.tools ?? [];
  const hint = wayTo(model.task)!.hint(model.id, model.columns);
  return tools.length === 0 ? hint : `${hint} Requests use the tools of its training: ${tools.join(', ')}.`;
}

interface AnswerOptions {
  about: Pick<Asked, 'question' | 'row' | 'settings'>;
  /** Earlier turns. */
  turns: readonly Turn[];
  signal: AbortSignal;
}

async function answer({ id, task, columns }: Model, card: Signal<Card>, { about, turns, signal: end }: AnswerOptions) {
  const way = wayTo(task, about.settings.questions)!;
  const before = turns.flatMap(({ question, cards }) => {
    const content = cards.find(({ value }) => value.model === id && value.error === undefined)?.value.text;
    return content === undefined
      ? []
      : [
          { role: 'user', content: question },
          { role: 'assistant', content },
        ];
  });
  const body = way.body({ model: id, before, ...about, row: columns && about.row });
  const add = (more: Partial<Card>) => (card.value = { ...card.value, ...more });
  try {
    await way.read(await send(way.path, body, end), add);
  } catch (error) {
    const { text, footer } = card.value;
    if (end.aborted) add({ footer: footer ?? 'stopped' });
    else add({ error: [text, (error as Error).message].filter(Boolean).join('\n') });
  }
  add({ isBusy: false, request: { address: new URL(way.path, location.href).href, body: unstreamed(body) } });
}

/** Removes the streaming options, since code examples wait for the whole answer. */
function unstreamed(body: object): object {
  const { stream: _stream, stream_options: _options, ...rest } = body as Record<string, unknown>;
  return rest;
}

interface ChoiceOptions {
  label: string;
  value?: string;
  models: readonly Model[];
  isBusy: boolean;
  isOptional?: boolean;
  onChoose(id: string): void;
}

function Choice({ label, value, models, isBusy, isOptional, onChoose }: ChoiceOptions) {
  return (
    <label>
      {label}{' '}
      <select
        id={isOptional === true ? 'beside' : 'model'}
        value={value}
        disabled={isBusy}
        onChange={(event) => onChoose(event.currentTarget.value)}
      >
        {isOptional === true && <option value="">no other</option>}
        {models.map((model) => (
          <option key={model.id} value={model.id}>
            {isOptional === true ? model.id : shownName(model)}
          </option>
        ))}
      </select>
    </label>
  );
}

function shownName({ id, parent, upstream }: Model): string {
  if (upstream !== undefined) return `${id} (upstream: ${upstream})`;
  return parent === null ? id : `${id} (on ${parent})`;
}

/** Scrolls with new content, unless the reader has scrolled up. */
function Conversation({ turns, hint, isBusy }: { turns: readonly Turn[]; hint: string; isBusy: boolean }) {
  const place = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const view = place.current!;
    view.scrollTop = view.scrollHeight;
    const seen = new MutationObserver(() => {
      if (view.scrollHeight - view.scrollTop - view.clientHeight < 200) view.scrollTop = view.scrollHeight;
    });
    seen.observe(view, { childList: true, characterData: true, subtree: true });
    return () => seen.disconnect();
  }, [turns.length]);
  return (
    <main ref={place}>
      <p class="soft">{hint}</p>
      <div role="log" aria-live="polite" aria-label="Conversation" aria-busy={isBusy}>
        {turns.map(({ question, cards }, at) => (
          <div key={at}>
            <div class="question">{question}</div>
            <div class="answers">
              {cards.map((card) => (
                <Answer key={card.peek().model} card={card} />
              ))}
            </div>
          </div>
        ))}
      </div>
    </main>
  );
}

function Answer({ card }: { card: Signal<Card> }) {
  const { model, isBusy, error, request, text, thought = '', calls, scores, footer } = card.value;
  return (
    <article class={`answer${isBusy ? ' busy' : ''}${error === undefined ? '' : ' error'}`}>
      <h2>{model}</h2>
      {thought !== '' && <div class="thought text">{thought}</div>}
      <div class="text">{error ?? text}</div>
      {scores && <Scores scores={scores} />}
      {calls?.map((call, at) => (
        <pre key={at}>{call}</pre>
      ))}
      <footer>{footer}</footer>
      {request !== undefined && (
        <details>
          <summary>curl, TypeScript, Python</summary>
          <Programs {...request} hasKey={apiKey.value !== ''} />
        </details>
      )}
    </article>
  );
}
