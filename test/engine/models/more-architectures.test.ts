import { describeArchitectures } from '../architecture-contract.ts';
import { tinyCases } from '../tiny-models.ts';

describeArchitectures((await tinyCases()).filter((_, place) => place % 2 === 1));
