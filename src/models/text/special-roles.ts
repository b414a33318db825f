export const specialRoles = ['bos', 'eos', 'pad', 'unk', 'sep', 'cls', 'mask'] as const;
export type SpecialRole = (typeof specialRoles)[number];
