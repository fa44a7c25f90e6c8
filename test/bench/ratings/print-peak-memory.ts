/** Preloaded by the bench: says on stderr, at the end, how much memory a process took at its peak. */
process.on('exit', () => {
  process.stderr.write(`peak memory ${process.resourceUsage().maxRSS} KiB\n`);
});
