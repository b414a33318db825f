import { useEffect, useState } from 'preact/hooks';
import { formatBytes, formatDuration, plural } from '../../base/format.ts';
import type { DetachedRun, TrainOutcome } from '../../app/run.ts';
import type { Advised } from '../../app/use-cases/advise.ts';
import type { InitResult } from '../../app/use-cases/init.ts';
import type { DataInspectionResult } from '../../app/use-cases/data-inspect.ts';
import { tiles } from '../../jobs/report/figure-tiles.ts';
import { Drawn } from '../parts/drawn.tsx';
import { Problems } from '../parts/fault.tsx';
import { Called } from '../parts/progress.tsx';
import { useCall, type LiveCall } from '../parts/use-call.ts';
import { go } from '../address.ts';
import { BaseModels } from './base-models.tsx';
import { LearningCurve } from './learning-curve.tsx';
import { keepPlan, planOf, type KeptPlan } from './plans.ts';
import { Tools } from './tools.tsx';

const ROWS = 4;

/** A recipe before training: its rows, its cost, and whether training is worthwhile. */
export function Plan({ recipe }: { recipe: string }) {
  const data = useCall<DataInspectionResult>('data inspect');
  const trial = useCall<TrainOutcome>('train');
  const advice = useCall<Advised>('advise');
  const training = useCall<DetachedRun>('train', ({ folder }) => go('run', folder));
  const { plan, again, withBase } = usePlan(recipe);
  const train = () => {
    trial.stop();
    training.start({ recipe, detach: true });
  };
  useEffect(() => {
    data.start({ path: recipe, rows: ROWS });
    trial.start({ recipe, dryRun: true });
    return () => {
      trial.stop();
      advice.stop();
    };
  }, [plan]);
  return (
    <>
      <h1 tabIndex={-1}>Plan</h1>
      <p class="lead">{recipe}</p>
      <Chosen plan={plan} data={data.result} />
      <section>
        <h2>What it takes on this machine</h2>
        <Called call={trial} label="Trying the longest batch" />
        <Cost trial={trial} />
        <div class="row">
          <button type="button" disabled={training.isRunning || trial.failure !== undefined} onClick={train}>
            Train
          </button>
          <button
            type="button"
            class="quiet"
            disabled={advice.isRunning}
            onClick={() => advice.start({ data: recipe })}
          >
            Is it worth training?
          </button>
        </div>
        <Called call={training} label="Starting" hasSame />
      </section>
      <Worth advice={advice} />
      <Called call={again} label="Writing the recipe with another base" />
      {data.result?.lengths && data.result.tokenizer !== undefined && (
        <BaseModels
          chosen={data.result.tokenizer}
          tokens={data.result.lengths.tokens}
          longest={data.result.lengths.max}
          onUse={plan && withBase}
        />
      )}
      <Tools
        title="Prompt, retrieve or tune?"
        tools={{
          advise: { note: 'measures cheap systems first, and how much more data would bring', given: { data: recipe } },
          'retrieve index': { note: 'search the texts in place of learning them' },
          generate: { note: 'answers of an untrained model to a prompt' },
        }}
      />
      <section>
        <h2>What the model sees</h2>
        <Called call={data} label="Reading the rows" />
        {data.result && <Seen data={data.result} />}
      </section>
    </>
  );
}

/** The plan of a recipe, which can be rewritten for another base model. */
function usePlan(recipe: string) {
  const [plan, setPlan] = useState(() => planOf(recipe));
  const again = useCall<InitResult>('init', (result) => {
    const next = { ...result, input: plan!.input };
    keepPlan(next);
    setPlan(next);
  });
  return { plan, again, withBase: (model: string) => again.start({ ...plan!.input, model, force: true }) };
}

function Chosen({ plan, data }: { plan?: KeptPlan; data?: DataInspectionResult }) {
  const remarks = [...(plan?.warnings ?? []), ...(data?.remarks ?? [])];
  return (
    <section>
      <h2>{data === undefined ? 'Reading the recipe' : `Objective: ${data.objective.replaceAll('_', ' ')}`}</h2>
      {plan !== undefined && (
        <p>
          Model: <strong>{plan.model}</strong>, which {plan.because}.
        </p>
      )}
      {remarks.length > 0 && (
        <ul class="remarks">
          {[...new Set(remarks)].map((remark) => (
            <li key={remark}>{remark}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Cost({ trial }: { trial: LiveCall<TrainOutcome> }) {
  const plan = trial.result?.plan;
  if (plan === undefined) return null;
  const { steps, seconds, memory, disk } = plan;
  const figures = tiles([
    ['Time', formatDuration(seconds), steps > 0 && plural(steps, 'steps')],
    ['Memory', formatBytes(memory.peakBytes), `${formatBytes(memory.availableBytes)} are free`],
    ['Disk', formatBytes(disk.bytes), `${formatBytes(disk.freeBytes)} are free`],
  ]);
  return <Drawn text={figures.text} />;
}

function Worth({ advice }: { advice: LiveCall<Advised> }) {
  if (!advice.isRunning && advice.result === undefined && advice.failure === undefined) return null;
  return (
    <section>
      <h2>Is it worth training?</h2>
      <Called call={advice} label="Measuring cheap systems" />
      {advice.result && <LearningCurve advice={advice.result} />}
      {advice.state?.text !== undefined && <pre tabIndex={0}>{advice.state.text}</pre>}
    </section>
  );
}

function Seen({ data: { report, rows, problems } }: { data: DataInspectionResult }) {
  const { train, validation, test } = report.rows;
  return (
    <>
      <p>
        {plural(train, 'rows')} to train on, {validation} to watch it by, {test} for the verdict.
      </p>
      {problems.length > 0 && (
        <div class="warn">
          <p>{plural(problems.length, 'rows')} cannot be used:</p>
          <Problems problems={problems} />
        </div>
      )}
      {rows.map(({ file, line, pieces }) => (
        <figure key={`${file}:${line}`} class="seen">
          <figcaption>line {line}</figcaption>
          <p class="said prompt">
            {pieces.map(({ text, trained }, at) =>
              trained ? <mark key={at}>{text}</mark> : <span key={at}>{text}</span>,
            )}
          </p>
        </figure>
      ))}
      <p class="soft small">Marked: what is learnt.</p>
    </>
  );
}
