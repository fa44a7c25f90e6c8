/** Name of the judge to whom imported verdicts go that name none: for boards and clusters it stands for nobody. */
export const UNNAMED_JUDGE = 'unnamed judge';
