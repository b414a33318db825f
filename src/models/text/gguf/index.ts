/** Tokenizers and templates as llama.cpp and Ollama read them. */
export { ollamaModelfile } from './modelfile.ts';
export { ggufVocabulary, type GgufVocabulary } from './gguf-vocabulary.ts';
