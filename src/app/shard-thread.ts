/** A thread that runs the steps of a data set's pipeline over one shard after the other. */
import { serveShards } from '../preparation/index.ts';
import { Tokenizer } from '../models/text/index.ts';
import { modelFolder } from '../answering/model/base-model.ts';
import { loadRecognisers } from './redact/recognisers.ts';

serveShards({ openTokenizer: (name) => Tokenizer.load(modelFolder(name)), openRecognisers: loadRecognisers });
