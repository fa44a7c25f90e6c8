export { type FolderLock, type HeldLock, tryFolderLock, withFolderLock } from './folder-lock.ts';
export { identityOf, lives, ownIdentity, type ProcessIdentity } from './process-identity.ts';
