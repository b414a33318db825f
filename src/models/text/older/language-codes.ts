import { table } from '../../../base/table.ts';

/** Languages of M2M-100 checkpoints, in the order of their tokens, which follow the vocabulary (Fan et al., 2021). */
export const m2m100Languages: Readonly<Record<string, readonly string[]>> = table({
  m2m100: (
    'af am ar ast az ba be bg bn br bs ca ceb cs cy da de el en es et fa ff fi fr fy ga gd gl gu ha he hi hr ht hu hy ' +
    'id ig ilo is it ja jv ka kk km kn ko lb lg ln lo lt lv mg mk ml mn mr ms my ne nl no ns oc or pa pl ps pt ro ru ' +
    'sd si sk sl so sq sr ss su sv sw ta th tl tn tr uk ur uz vi wo xh yi yo zh zu'
  ).split(' '),
  wmt21: ['en', 'ha', 'is', 'ja', 'cs', 'ru', 'zh', 'de'],
});
