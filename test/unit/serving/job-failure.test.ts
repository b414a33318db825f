import { expect, it } from 'vitest';
import type { Job } from '../../../src/store/registry/index.ts';
import { failureOf } from '../../../src/serving/training/job-failure.ts';
import { s3Failure } from '../../../src/store/objects/s3-failure.ts';

it('a job whose file is gone from the bucket tells its owner nothing of the bucket', () => {
  const gone = Object.assign(new Error('The key does not exist.'), { name: 'NoSuchKey' });
  const place = { bucket: 'internal', prefix: 'shop/', endpoint: 'https://minio.lan:9000', isPathStyle: true };
  const job = { model: 'text', training_file: 'file-a', validation_file: null, recipe: null } as unknown as Job;
  const told = failureOf(s3Failure(gone, place, 'files/file-a.jsonl'), job, 'training_failed');
  expect(told).toMatchObject({ code: 'file_content_missing', param: 'training_file' });
  expect(told.message).toContain('E_OBJECT_MISSING');
  expect(told.message).not.toMatch(/minio|internal|s3:/);
});
