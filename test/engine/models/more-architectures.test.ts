import { describeArchitectures } from '../architecture-contract.ts';
import { contractCases } from '../tiny-models.ts';

describeArchitectures((await contractCases()).filter((_, place) => place % 2 === 1));
