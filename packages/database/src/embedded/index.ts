export { type FolderLock, type HeldLock, tryFolderLock, withFolderLock } from './folder-lock.ts';
export { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts';
export { lives, ownIdentity, type ProcessIdentity } from './process-identity.ts';
export {
  type EmbeddedOptions,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from './start-embedded-postgres.ts';
