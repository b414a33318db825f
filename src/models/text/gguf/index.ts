/** Tokenizers and templates for llama.cpp and Ollama. */
export { ollamaModelfile } from './modelfile.ts';
export { ggufVocabulary, type GgufVocabulary } from './gguf-vocabulary.ts';
