import { formatNumber } from '../../src/base/format.ts';
import { makeFolders } from '../../src/files/make-folder.ts';
import { fraud as payments } from '../first-hour/fraud.ts';
import { fieldFolder, tuneField, type Field } from './field.ts';

const COSTS = { yes: { missed: 50, false_alarm: 1 } };
const COLUMNS = ['amount', 'hour', 'country', 'shop', 'card_age_days', 'payments_today'];

export const fraud: Field = {
  title: 'Finance: fraud, with costs and thresholds',
  about:
    'Made-up payments (studies/first-hour/fraud.ts) of which about 2 % are fraud, told by combinations of six columns. A ' +
    'missed fraud costs 50, a false alarm 1; every system gets the threshold that costs least on the validation rows.',
  learnt:
    'Columns of numbers and categories belong to gradient-boosted trees, which train in seconds; a language model ' +
    'reads the same payment as text and ranks frauds worse. Costs set the threshold, and a model that ranks badly ' +
    'pays for each fraud that it finds with many false alarms. Count frauds rather than rows when you plan a test ' +
    'set.',
  async measure(setting) {
    const folder = fieldFolder('fraud', setting);
    makeFolders(folder);
    const { data } = await payments.write(folder, { rows: setting.quick ? 1500 : 6000, fresh: 1, seed: 1 });
    const { comparison } = await tuneField(
      'fraud',
      {
        data: { train: data, columns: { text: COLUMNS, label: 'is_fraud' }, validation: 0.2, test: 0.3 },
        objective: { name: 'classification', costs: COSTS },
        training: { max_steps: setting.quick ? 30 : 200, batch_size: 32, learning_rate: 1e-3 },
        evaluation: { every: 'never', baselines: ['cheap'], max_rows: setting.quick ? 300 : 1500, other_words: false },
      },
      setting,
    );
    const costs = comparison.systems
      .flatMap(({ title, cost }) => (cost === undefined ? [] : [{ title, cost }]))
      .toSorted((a, b) => a.cost - b.cost)
      .map(({ title, cost }) => `${title} ${formatNumber(cost)}`);
    return { comparison, further: [`Cost of all wrong answers: ${costs.join(', ')}.`] };
  },
};
