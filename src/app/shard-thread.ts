/** Thread that runs a pipeline's steps on one shard after another. */
import { serveShards } from '../preparation/index.ts';
import { Tokenizer } from '../models/text/index.ts';
import { modelFolder } from '../answering/model/base-model.ts';
import { loadRecognisers } from './redact/recognisers.ts';

serveShards({ openTokenizer: (name) => Tokenizer.load(modelFolder(name)), openRecognisers: loadRecognisers });
