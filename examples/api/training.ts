/** From rows in memory to a trained model that answers, with the history of its run. Run in an empty folder. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import {
  adapters,
  calibrate,
  chat,
  Conversation,
  data,
  defineRecipe,
  doctor,
  decide,
  generate,
  models,
  setup,
  openModel,
  openPage,
  openPredictor,
  predict,
  quickstart,
  resolveRecipe,
  resolveRecipeFile,
  runs,
  search,
  train,
} from '../../src/app/index.ts';
import * as attune from '../../src/app/index.ts';

const colours = ['red', 'green', 'blue', 'white'];
const rows = Array.from({ length: 12 }, (_, i) => ({ prompt: `Colour ${i}:`, completion: ` ${colours[i % 4]}` }));

// Before training: the memory and time needed, and a check of the engine.
console.log(Object.keys(await models.estimate('attune-base', { tokens: 1e5 })));
console.log(Object.keys(await doctor()));
const { own } = await models.list();
assert.equal(own?.name, 'attune-base');
assert.ok((await models.show('attune-base')).parameters > 1e6);

// Training.
const recipe = await resolveRecipe(
  defineRecipe({
    model: 'attune-base',
    data: { train: rows, validation: 0.2, test: 0 },
    training: { max_steps: 2, learning_rate: 4e-3 },
    output_dir: 'runs/colours',
  }),
);
const { folder, result } = await train(recipe, {
  onEvent: ({ type }) => type === 'step-finished' && console.log(type),
});
assert.ok(result !== null);

// A recipe in a file, and a run that continues after this program ends.
writeFileSync('rows.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
const training = '{ max_steps: 2 }';
const rowsOf = '{ train: rows.jsonl, validation: 0, test: 0 }';
writeFileSync('recipe.yaml', `model: attune-base\ndata: ${rowsOf}\ntraining: ${training}\noutput_dir: runs/second\n`);
const detached = await train('recipe.yaml', { detach: true });
const ended = await runs.attach(detached.folder);
assert.equal(ended.status, 'finished');
await runs.stop(detached.folder).catch(() => undefined);

// Better settings within a budget: the best trial is a run like any other.
const split = { train: 'rows.jsonl', validation: 0.2, test: 0 };
const searched = await search(
  { model: 'attune-base', data: split, training: { max_steps: 2 }, output_dir: 'runs/third' },
  { budget: '500 tokens', trials: 1 },
);
console.log(searched.settings, searched.run);

// Information about runs.
assert.equal((await runs.list()).runs.length >= 2, true);
assert.equal((await runs.show(folder)).status, 'finished');
assert.ok((await data.list()).dataSets.length > 0);
assert.equal((await runs.resume(folder)).outcome, 'finished-before');
assert.equal((await resolveRecipeFile('recipe.yaml')).model, recipe.model);
assert.equal((await runs.verify(folder)).ok, true);
console.log((await runs.open(folder)).report);
const page = await openPage(folder);
assert.match(page.url, /^http:\/\/127\.0\.0\.1/);
await page.close();

// Continues a finished run, and renames and deletes another.
const further = await runs.continue(folder, { maxSteps: 1, output: 'runs/further' });
assert.equal(further.outcome, 'finished');
const renamed = await runs.rename(detached.folder, 'tried');
assert.equal((await runs.delete([renamed.folder])).deleted.length, 1);

// Answers.
const model = await openModel({ target: result });
const [answer] = await model.answer(['Colour 3:'], { maxNewTokens: 3 });
console.log(answer.text);
const conversation = new Conversation(model, { maxNewTokens: 3 });
await conversation.say('Which colour?', () => undefined);
assert.equal(conversation.messages.length, 2);
const questions = { warm: { type: 'noul', instructions: 'Is it a warm colour?' } };
const { answers: decided } = await model.decide({ state: 'Colour 3 is red', questions });
assert.equal(decided.warm.type, 'noul');
await model.close();
assert.deepEqual((await decide(result, { state: 'Colour 3 is red', questions })).answers.warm.type, 'noul');
const asked = Array.from({ length: 24 }, (_, i) => ({
  state: `${Math.sin(i)} ${Math.cos(i)}`,
  questions,
  answers: { warm: i % 2 === 0 },
}));
writeFileSync('asked.jsonl', asked.map((row) => JSON.stringify(row)).join('\n'));
assert.ok((await calibrate(result, { data: 'asked.jsonl', maxError: 0.1 })).temperatures.noul);
const { answers: said } = await chat(result, { lines: ['Which colour?', 'And now?'], maxNewTokens: 3 });
assert.equal(said.length, 2);
const { answers } = await generate(result, { input: rows, maxNewTokens: 2 });
assert.equal(answers?.length, rows.length);
const { answers: predicted } = await predict(result, { text: ['Colour 3:'], maxNewTokens: 2 });
console.log(predicted);
const predictor = await openPredictor({ target: result });
assert.equal((await predictor.predict(rows)).length, rows.length);
await predictor.close();
console.log((await attune.export(folder, { to: 'merged', output: 'merged' })).folder);

// New adapters: merged from others, extracted from a complete model, and projected.
console.log((await adapters.merge([folder, folder], { method: 'ties', output: 'twice' })).layers);
console.log((await adapters.extract('merged', { base: 'attune-base', rank: 2, output: 'extracted' })).kept);
const alignment = { aligned: 'merged', unaligned: 'attune-base' };
console.log((await adapters.project(folder, { ...alignment, output: 'projected' })).layers.length);

// The quick start trains for minutes; here it is aborted at once.
const stopped = AbortSignal.abort(new Error('stopped'));
await assert.rejects(quickstart({ output: 'first', signal: stopped }), /stopped/);

// Installs what this machine still needs; aborted at once, too.
await assert.rejects(setup({ signal: stopped }), /stopped/);
