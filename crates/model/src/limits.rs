//! Every limit of DynamoDB and every bound of our own queues and buffers, each with its source.
//!
//! "Quotas" is the page "Quotas in Amazon DynamoDB" of AWS's developer guide, "API" its API
//! reference.

/// Most bytes of an item, names and values (Quotas).
pub const ITEM_BYTES_MAX: usize = 400 * 1024;
/// Most levels a value may nest (Quotas).
pub const NESTING_LEVELS_MAX: usize = 32;
/// Most bytes of an attribute's name (Quotas).
pub const ATTRIBUTE_NAME_BYTES_MAX: usize = 65_535;
/// Most bytes of a partition key's value (Quotas).
pub const PARTITION_KEY_BYTES_MAX: usize = 2048;
/// Most bytes of a sort key's value, all of its attributes together (Quotas).
pub const SORT_KEY_BYTES_MAX: usize = 1024;

/// Most significant digits of a number (Quotas).
pub const NUMBER_DIGITS_MAX: u32 = 38;
/// Largest exponent of a number's first significant digit (Quotas: below 1E+126).
pub const NUMBER_MAGNITUDE_MAX: i64 = 125;
/// Smallest exponent of a number's first significant digit (Quotas: from 1E-130).
pub const NUMBER_MAGNITUDE_MIN: i64 = -130;

/// Fewest bytes of the name of a table, index or backup (Quotas).
pub const NAME_BYTES_MIN: usize = 3;
/// Most bytes of the name of a table, index or backup (Quotas).
pub const NAME_BYTES_MAX: usize = 255;
/// Most bytes of the name of a key attribute (Quotas).
pub const KEY_ATTRIBUTE_NAME_BYTES_MAX: usize = 255;

/// Most bytes of one expression as sent (Quotas).
pub const EXPRESSION_BYTES_MAX: usize = 4096;
/// Most operators and functions in one expression (Quotas).
pub const EXPRESSION_OPERATORS_MAX: usize = 300;
/// Most operands of IN (Quotas).
pub const IN_OPERANDS_MAX: usize = 100;
/// Most bytes of a placeholder, its `#` or `:` included (Quotas).
pub const PLACEHOLDER_BYTES_MAX: usize = 255;
/// Most bytes of all placeholders and what stands behind them (Quotas).
pub const SUBSTITUTION_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Most parentheses and NOTs open at once. Ours: an expression of 4 KB could open 4,096, and
/// nobody writes by hand what needs a tenth of it; it bounds the parser's stack.
pub const EXPRESSION_DEPTH_MAX: usize = 300;
/// Most dereferences in a document path (developer guide, "Specifying item attributes").
pub const PATH_ELEMENTS_MAX: usize = 32;

/// Most characters of a PartiQL statement (API).
pub const STATEMENT_CHARS_MAX: usize = 8192;
/// Most partition keys that IN may list (developer guide, "PartiQL functions and operators").
pub const IN_PARTITIONS_MAX: usize = 50;
/// Most items in one page of a statement whose IN lists partition keys (developer guide, "PartiQL
/// select statements").
pub const IN_PAGE_ITEMS_MAX: usize = 10;
/// Most conditions and values of a QueryFilter or ScanFilter. Ours: they are tried on every item
/// of a page, and an expression of 4 KB says no more.
pub const LEGACY_FILTER_OPERANDS_MAX: usize = 1000;
/// Most entries of AttributesToGet (answer of the service).
pub const ATTRIBUTES_TO_GET_MAX: usize = 255;

/// Bytes of items after which a Query or Scan page ends (API).
pub const PAGE_BYTES: usize = 1024 * 1024;
/// Read units per second that a table billed by request serves from its creation on (developer
/// guide, "On-demand capacity mode").
pub const ON_DEMAND_INITIAL_READ_UNITS: u64 = 12_000;
/// Write units per second that a table billed by request serves from its creation on (developer
/// guide, "On-demand capacity mode").
pub const ON_DEMAND_INITIAL_WRITE_UNITS: u64 = 4_000;
/// Most keys of a BatchGetItem (API).
pub const BATCH_GET_KEYS_MAX: usize = 100;
/// Most bytes of items a BatchGetItem returns (API).
pub const BATCH_GET_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most requests of a BatchWriteItem (API).
pub const BATCH_WRITE_REQUESTS_MAX: usize = 25;
/// Most bytes of items in a BatchWriteItem (API).
pub const BATCH_WRITE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most actions of a transaction (API).
pub const TRANSACTION_ACTIONS_MAX: usize = 100;
/// Most bytes of the items of a transaction (API).
pub const TRANSACTION_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most characters of a client request token (API).
pub const TRANSACTION_TOKEN_CHARS_MAX: usize = 36;
/// How long a client request token is remembered (API).
pub const TRANSACTION_TOKEN_SECONDS: u64 = 600;
/// Most segments of a parallel scan (API).
pub const SCAN_SEGMENTS_MAX: u32 = 1_000_000;

/// Most global secondary indexes of a table (Quotas).
pub const GLOBAL_INDEXES_MAX: usize = 20;
/// Most local secondary indexes of a table (Quotas).
pub const LOCAL_INDEXES_MAX: usize = 5;
/// Most attributes on each side of a global secondary index's key (AWS's service authorization
/// reference has condition keys for the first to the fourth).
pub const INDEX_KEY_ATTRIBUTES_MAX: usize = 4;
/// Most non-key attributes projected into one index (API).
pub const PROJECTED_ATTRIBUTES_PER_INDEX_MAX: usize = 20;
/// Most non-key attributes projected into a table's indexes, summed (Quotas).
pub const PROJECTED_ATTRIBUTES_MAX: usize = 100;
/// Most read or write units of a provisioned table or index that are a number at all; what is
/// above is out of bounds whatever the account may use (answer of the service).
pub const THROUGHPUT_UNITS_MAX: u64 = 1_000_000_000_000;
/// Most capacity units a second of one table, and of one index (Quotas; DescribeLimits).
pub const TABLE_CAPACITY_UNITS_MAX: i64 = 40_000;
/// Most capacity units a second of all tables of an account (Quotas; DescribeLimits).
pub const ACCOUNT_CAPACITY_UNITS_MAX: i64 = 80_000;
/// Most bytes of a resource policy, blanks included (Quotas).
pub const RESOURCE_POLICY_BYTES_MAX: usize = 20_480;
/// Most tables of an account in a Region (Quotas).
pub const TABLES_MAX: usize = 2500;
/// Most tags of a resource (Quotas).
pub const TAGS_MAX: usize = 50;
/// Most characters of a tag's key (API).
pub const TAG_KEY_CHARS_MAX: usize = 128;
/// Most characters of a tag's value (API).
pub const TAG_VALUE_CHARS_MAX: usize = 256;
/// Most names or summaries a List operation answers at once (API).
pub const LIST_PAGE_MAX: usize = 100;

/// How long ago an item may have expired, in seconds, to be still deleted: five years (developer
/// guide, "Using time to live").
pub const TIME_TO_LIVE_PAST_SECONDS_MAX: u64 = 5 * 365 * 24 * 60 * 60;
/// Most restores of an account at once (Quotas).
pub const RESTORES_MAX: usize = 50;
/// Days the backup of a deleted table is kept (developer guide, "Point-in-time recovery").
pub const SYSTEM_BACKUP_DAYS: u64 = 35;
/// Longest and default recovery period, in days (API).
pub const RECOVERY_PERIOD_DAYS_MAX: u32 = 35;

/// Most bytes of a request body; AWS answers 413 above it.
pub const REQUEST_BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Most Regions one server holds tables in. Ours; AWS has some three dozen in all.
pub const REGIONS_MAX: usize = 64;
