import type { Command } from './command.ts';

/** `attune train [RECIPE] [--key value …]` */
export function usageLine(name: string, command: Command): string {
  const places = (command.arguments ?? []).map(({ name: place, required, many }) => {
    const inner = `${place}${many === true ? ' …' : ''}`;
    return required === true ? inner : `[${inner}]`;
  });
  const options = command.takesRecipe === true ? ['[--key value …]'] : [];
  return ['attune', name, ...places, ...options].join(' ');
}
