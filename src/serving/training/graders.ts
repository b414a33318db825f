import { z } from '@hono/zod-openapi';
import { compileGrader } from '../../scoring/graders/grade.ts';
import { graderSchema, type Grader } from '../../scoring/graders/grader.options.ts';
import { ApiError } from '../api-error.ts';
import { checked } from '../check-body.ts';

/** Compiles the grader of a request. @throws ApiError 400 with the path of the invalid field, which begins with `param` */
export function readGrader(value: unknown, param = 'grader'): Grader {
  const { [param]: grader } = checked(z.object({ [param]: graderSchema }), { [param]: value }) as Record<
    string,
    Grader
  >;
  try {
    compileGrader(grader);
  } catch (error) {
    const message = (error as Error).message.replaceAll(/\s+/g, ' ');
    throw new ApiError(400, { message, param, code: 'invalid_grader' });
  }
  return grader;
}
