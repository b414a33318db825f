import { formatBytes, formatTime } from '../../base/format.ts';
import { shortPath } from '../terminal/short-path.ts';
import { formatTable, tableWidth } from '../terminal/format-table.ts';
import type { KnownModels } from '../models.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'list base models on this machine, models that runs produced, and registered names',
  effects: [],
  async run(): Promise<KnownModels> {
    const { findModels } = await import('../models.ts');
    return findModels();
  },
  render({ own, models, registered, modelTypes }, terminal) {
    const { colours } = terminal;
    const { dim } = colours;
    const rows = models.map(({ id, kind, base, model_type: type, bytes, created_at: created }) => [
      shortPath(id),
      kind,
      type ?? (base === null ? '' : `of ${shortPath(base)}`),
      bytes === null ? '' : formatBytes(bytes),
      formatTime(created),
    ]);
    const ownRow = own === undefined ? [] : [[own.name, 'base', 'comes with attune', '', '']];
    const columns = [
      { title: 'model', isName: true },
      { title: 'kind' },
      { title: 'type', isName: true },
      { title: 'size', isNumeric: true },
      { title: 'since' },
    ];
    const names = registered.map(({ name, champion, trial }) => {
      const answers = champion === undefined ? 'no champion' : `version ${champion} answers`;
      return `${name}: ${answers}${trial === undefined ? '' : `, version ${trial.version} is on trial (${trial.stage})`}`;
    });
    const told = names.length === 0 ? [] : ['', 'registered', ...names];
    const types = dim(`model types that can be loaded: ${modelTypes.join(', ')}`);
    return [formatTable(columns, [...ownRow, ...rows], colours, tableWidth(terminal)), ...told, '', types].join('\n');
  },
});
