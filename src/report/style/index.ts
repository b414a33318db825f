import { ANSWERS_STYLE } from './answers.ts';
import { COMPARISON_STYLE } from './comparison.ts';
import { MEDIA_STYLE } from './media.ts';
import { PAGE_STYLE } from './page.ts';

/** The page's style, in the page itself: it must look the same without a network, in the light, in the dark, on paper. */
export const STYLE = [PAGE_STYLE, COMPARISON_STYLE, ANSWERS_STYLE, MEDIA_STYLE].join('');
