/** Loads recognisers of the user by reference. */
import { isOwnRecogniser, OWN_RECOGNISER, ownRecognisers, type OwnRecogniser, type Recogniser } from '@attune/privacy';
import { AttuneError } from '../../base/errors.ts';
import { loadReference, parseReference } from '../../training/reference.ts';

/** @throws AttuneError E_USAGE, E_REFERENCE_MISSING, E_REFERENCE_FAILED, E_REFERENCE_TYPE */
export async function loadRecognisers(reference: string): Promise<Recogniser[]> {
  if (parseReference(reference) === undefined) {
    throw new AttuneError('E_USAGE', {
      what: 'Recognisers are given as a file and an export',
      got: reference,
      expected: './recognisers.ts#staffNumbers',
    });
  }
  const value = await loadReference<OwnRecogniser | readonly OwnRecogniser[]>(
    reference,
    {},
    { expected: OWN_RECOGNISER, accepts: isOwnRecogniser },
  );
  return ownRecognisers(value);
}
