import { render, type ComponentType, type VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { entryOf } from '../base/table.ts';
import { failureOf, post, type Failure } from './client.ts';
import { Fault } from './parts/fault.tsx';
import { linkTo, renew, route } from './address.ts';
import { Action, Actions } from './screens/actions.tsx';
import { Data } from './screens/data.tsx';
import { Home } from './screens/home.tsx';
import { Plan } from './screens/plan.tsx';
import { RunScreen } from './screens/run.tsx';
import { Monitor } from './screens/monitor.tsx';
import { Reviews } from './screens/reviews.tsx';
import { Compare } from './screens/compare.tsx';
import { Deploy } from './screens/deploy.tsx';
import { restoreTheme, Theme } from './parts/theme.tsx';
import { Served } from './screens/served.tsx';

/** Screens by the first part of the address, drawn from the parts after it. */
const SCREENS: Readonly<Record<string, (rest: readonly string[]) => VNode>> = {
  '': () => <Home />,
  data: ([file]) => <Data key={file} file={file} />,
  plan: ([recipe]) => <Plan key={recipe} recipe={recipe} />,
  run: ([run]) => <RunScreen key={run} run={run} />,
  compare: (runs) => <Compare runs={runs.filter((run) => run !== '')} />,
  review: ([pairs]) => <Reviews pairs={pairs} />,
  monitor: () => <Monitor />,
  deploy: ([run]) => <Deploy run={run} />,
  served: () => <Served />,
  actions: ([name]) => (name ? <Action key={name} name={name} /> : <Actions />),
};

function Screen() {
  const [name = '', ...rest] = route.value;
  return entryOf(SCREENS, name)?.(rest) ?? <h1 tabIndex={-1}>This page does not exist</h1>;
}

const PLACES = [
  ['', 'Home'],
  ['compare', 'Compare'],
  ['review', 'Review'],
  ['served', 'Serving'],
  ['deploy', 'Deploy'],
  ['monitor', 'Monitor'],
  ['actions', 'All actions'],
] as const;

function Studio() {
  const here = route.value[0] ?? '';
  return (
    <>
      <a class="skip" href="#content">
        Skip to content
      </a>
      <header>
        <a class="name" href={linkTo('')}>
          attune
        </a>
        <nav aria-label="Studio">
          {PLACES.map(([place, title]) => (
            <a key={place} href={linkTo(place)} aria-current={here === place ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <Theme />
      </header>
      <main id="content" tabIndex={-1}>
        <Screen />
      </main>
    </>
  );
}

/** Shown until the link's token or a key has been exchanged for a cookie. */
function Door() {
  const [failure, setFailure] = useState<Failure>();
  const [isIn, setIn] = useState(false);
  const [key, setKey] = useState('');
  const signIn = (token: string | undefined) =>
    post('/api/session', { token }).then(
      () => {
        renew();
        setIn(true);
      },
      (error: unknown) => setFailure(failureOf(error)),
    );
  useEffect(() => {
    const [, token, place] = /^#token=([^/]+)(.*)$/.exec(location.hash) ?? [];
    // The token must not stay in the address bar.
    if (token !== undefined) history.replaceState(null, '', `#${place === '' ? '/' : place}`);
    void signIn(token);
  }, []);
  if (isIn) return <Studio />;
  if (failure === undefined) return null;
  return (
    <main>
      <h1>This browser is not signed in</h1>
      <p>A link works only once. Start the studio again and open the link that it prints: attune studio</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void signIn(key.trim());
        }}
      >
        {/* Password managers keep a name with each key. */}
        <input hidden autocomplete="username" value="attune studio" readOnly />
        <label for="key">Or a key that its owner gave you</label>
        <input
          id="key"
          type="password"
          autocomplete="current-password"
          required
          value={key}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
        <button>Sign in</button>
      </form>
      <Fault failure={failure} />
    </main>
  );
}

/** Entry pages of the bundle, each for a server of its own. */
const PAGES: Readonly<Record<string, () => Promise<ComponentType>>> = {
  studio: async () => Door,
  review: async () => (await import('./pages/review.tsx')).Review,
  server: async () => (await import('./pages/server.tsx')).ServerPage,
  answers: async () => (await import('./pages/answers.tsx')).Answers,
};

restoreTheme();
const Page = await entryOf(PAGES, document.documentElement.dataset.page!)!();
render(<Page />, document.getElementById('app')!);
