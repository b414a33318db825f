import { formatBytes, formatTime } from '../../base/format.ts';
import { shortPath } from '../terminal/short-path.ts';
import { formatTable, tableWidth } from '../terminal/format-table.ts';
import type { KnownModels } from '../models.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'list the bases that are here, and the models that runs produced',
  effects: [],
  async run(): Promise<KnownModels> {
    const { findModels } = await import('../models.ts');
    return findModels();
  },
  render({ own, models, modelTypes }, terminal) {
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
    return `${formatTable(columns, [...ownRow, ...rows], colours, tableWidth(terminal))}\n\n${dim(`model types that can be loaded: ${modelTypes.join(', ')}`)}`;
  },
});
