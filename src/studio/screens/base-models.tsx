import { useEffect, useState } from 'preact/hooks';
import { formatBytes, formatCount, formatDuration, formatPrice, plural } from '../../base/format.ts';
import type { KnownModels } from '../../app/models.ts';
import type { ModelEstimate } from '../../app/use-cases/models-estimate.ts';
import { callOnce, failureOf, type Failure } from '../client.ts';
import { Fault } from '../parts/fault.tsx';
import { Table } from '../parts/table.tsx';
import { useCall } from '../parts/use-call.ts';

interface BaseModelsOptions {
  /** Base model of the recipe. */
  chosen: string;
  /** Of all training rows. */
  tokens: number;
  longest: number;
  /** Absent if the recipe cannot be rewritten from here. */
  onUse?(model: string): void;
}

type Estimates = ReadonlyMap<string, ModelEstimate | Failure>;

/** Compares base models by time, memory and cost, on this machine and on rented ones. */
export function BaseModels({ chosen, tokens, longest, onUse }: BaseModelsOptions) {
  const known = useCall<KnownModels>('models list');
  const [more, setMore] = useState<readonly string[]>([]);
  const [typed, setTyped] = useState('');
  const [isWanted, want] = useState(false);
  useEffect(() => known.start({}), []);
  const { own, models = [] } = known.result ?? {};
  const bases = models.filter(({ kind }) => kind === 'base').map(({ id }) => id);
  const names = [...new Set([chosen, ...(own === undefined ? [] : [own.name]), ...bases, ...more])];
  const estimates = useEstimates(isWanted ? names : [], { tokens, maxLength: longest });
  return (
    <section>
      <h2>Base models compared</h2>
      <p class="soft">
        One pass over {plural(tokens, 'tokens')}: on this machine, and on the cheapest machine to rent that is large
        enough. Orders of magnitude; only config.json of a model is read.
      </p>
      {known.failure && <Fault failure={known.failure} />}
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          setMore([...more, typed.trim()]);
          setTyped('');
          want(true);
        }}
      >
        {!isWanted && (
          <button type="button" class="quiet" disabled={known.result === undefined} onClick={() => want(true)}>
            Compare {plural(names.length, 'base models')}
          </button>
        )}
        <label>
          Another one{' '}
          <input
            required
            placeholder="owner/name"
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        <button class="quiet">Add</button>
      </form>
      {isWanted && <EstimateTable names={names} estimates={estimates} chosen={chosen} onUse={onUse} />}
    </section>
  );
}

interface TableOptions extends Pick<BaseModelsOptions, 'chosen' | 'onUse'> {
  names: readonly string[];
  estimates: Estimates;
}

const COLUMNS = [
  { title: 'Model' },
  { title: 'Parameters', isNumeric: true },
  { title: 'Way' },
  { title: 'Memory here', isNumeric: true },
  { title: 'Time here', isNumeric: true },
  { title: 'Elsewhere' },
  { title: 'Time', isNumeric: true },
  { title: 'About $', isNumeric: true },
];

function EstimateTable({ names, estimates, chosen, onUse }: TableOptions) {
  const nameCell = (name: string) => (
    <>
      {name} {name === chosen && <small>chosen</small>}
      {name !== chosen && onUse && (
        <button type="button" class="quiet" aria-label={`Use it: ${name}`} onClick={() => onUse(name)}>
          Use it
        </button>
      )}
    </>
  );
  const rows = names.map((name) => ({ key: name, cells: [nameCell(name), ...cellsOf(estimates.get(name))] }));
  return <Table label="Base models compared" columns={COLUMNS} rows={rows} />;
}

function cellsOf(found: ModelEstimate | Failure | undefined): string[] {
  if (found === undefined) return ['estimating …'];
  if ('what' in found) return ['', [found.what, found.got, found.fix].filter(Boolean).join('; ')];
  const { here, elsewhere } = bestOf(found);
  return [
    formatCount(found.size.parameters),
    here.method,
    `${formatBytes(here.memory)}${here.fits ? '' : ' (too much)'}`,
    formatDuration(here.seconds),
    ...(elsewhere === undefined
      ? []
      : [elsewhere.machine, formatDuration(elsewhere.seconds), formatPrice(elsewhere.cost!)]),
  ];
}

/** Fastest estimate that fits this machine (if none fits, the smallest), and the cheapest one elsewhere. */
function bestOf({ estimates, here: { name } }: ModelEstimate) {
  const [own, rented] = [true, false].map((isOwn) => estimates.filter(({ machine }) => (machine === name) === isOwn));
  const least = (those: typeof own, by: 'seconds' | 'memory' | 'cost') =>
    those.toSorted((a, b) => (a[by] ?? 0) - (b[by] ?? 0)).at(0);
  const isPriced = ({ fits, cost }: (typeof own)[number]) => fits && cost !== undefined;
  const fitting = own.filter(({ fits }) => fits);
  return {
    here: (least(fitting, 'seconds') ?? least(own, 'memory'))!,
    elsewhere: least(rented.filter(isPriced), 'cost'),
  };
}

/** Runs one after the other, since each measurement uses the whole machine. */
function useEstimates(names: readonly string[], input: { tokens: number; maxLength: number }): Estimates {
  const [found, setFound] = useState<Estimates>(new Map());
  const next = names.find((name) => !found.has(name));
  useEffect(() => {
    if (next === undefined) return;
    const gone = new AbortController();
    const take = (estimate: ModelEstimate | Failure) => {
      if (!gone.signal.aborted) setFound(new Map([...found, [next, estimate]]));
    };
    callOnce<ModelEstimate>('models estimate', { model: next, ...input }, gone.signal).then(take, (error: unknown) =>
      take(failureOf(error)),
    );
    return () => gone.abort();
  }, [next]);
  return found;
}
