export { type ParquetColumns, ParquetEncoder, type ParquetType } from './parquet-encoder.ts';
