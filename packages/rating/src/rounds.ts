export { helpedBatches, helpWithRounds, type SharedRounds, type Threads } from './share-rounds.ts';
