//! The form in which tables are remembered: catalogs and backups of before must stay readable.

use super::*;

/// A data key, wrapped once.
const WRAPPED_KEY: &str = "AQICAgICAgICAQMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw==";

/// A record with everything in it.
const WHOLE: &str = concat!(
    r#"{"id":"00000000-0000-0000-0000-000000000007","name":"Music","version":3,"#,
    r#""status":"Updating","created_at":60,"key_schema":{"partition":[{"name":"pk","#,
    r#""scalar_type":"S"}],"sort":[{"name":"sk","scalar_type":"N"}]},"#,
    r#""billing_mode":"Provisioned","pay_per_request_since":50,"throughput":{"read_units":5,"#,
    r#""write_units":6,"last_increase_at":70,"last_decrease_at":80,"decreases":1},"#,
    r#""on_demand":{"read_units_max":null,"write_units_max":20},"indexes":[{"number":1,"#,
    r#""name":"by-a","kind":"Global","key_schema":{"partition":[{"name":"a","#,
    r#""scalar_type":"S"}],"sort":[]},"projection":{"Include":["b","c"]},"#,
    r#""status":"Backfilling","throughput":{"read_units":5,"write_units":6,"#,
    r#""last_increase_at":70,"last_decrease_at":80,"decreases":1},"#,
    r#""on_demand":{"read_units_max":10,"write_units_max":null},"warm":{"read_units":1,"#,
    r#""write_units":2}},{"number":2,"name":"by-b","kind":"Local","#,
    r#""key_schema":{"partition":[{"name":"pk","scalar_type":"S"}],"sort":[{"name":"b","#,
    r#""scalar_type":"N"}]},"projection":"KeysOnly","status":"Active","#,
    r#""throughput":{"read_units":0,"write_units":0,"last_increase_at":null,"#,
    r#""last_decrease_at":null,"decreases":0},"on_demand":null}],"index_numbers_used":4,"#,
    r#""encryption":{"AwsManaged":{"key_arn":"arn:key"}},"wrapped_key":"WRAPPED","#,
    r#""sealed_hash_secret":[1,2],"deletion_protection":true,"history":{"enabled_at":61,"#,
    r#""span_at":62,"recovery_period_days":35},"restore":{"source_backup_arn":null,"#,
    r#""source_table_arn":"arn:table","at":63},"settings":{"tags":{"k":"v"},"#,
    r#""resource_policy":{"document":"{}","revision_id":"r"},"stream":{"view_type":"NewImage","#,
    r#""created_at":64,"enabled":false},"table_class":{"class":"StandardInfrequentAccess","#,
    r#""updated_at":65},"warm":{"read_units":3,"write_units":4},"#,
    r#""time_to_live":{"attribute":"t","number":3,"filled":true},"time_to_live_changed_at":66}}"#,
);

/// A record with what records have always had.
const OLDEST: &str = concat!(
    r#"{"id":"00000000-0000-0000-0000-000000000007","name":"Music","version":3,"#,
    r#""status":"Active","created_at":60,"key_schema":{"partition":[{"name":"pk","#,
    r#""scalar_type":"S"}],"sort":[]},"billing_mode":"PayPerRequest","#,
    r#""throughput":{"read_units":0,"write_units":0},"indexes":[{"number":1,"name":"by-a","#,
    r#""kind":"Global","key_schema":{"partition":[{"name":"a","scalar_type":"S"}],"sort":[]},"#,
    r#""projection":"All"}],"encryption":"AwsOwned","wrapped_key":"WRAPPED","#,
    r#""sealed_hash_secret":[1,2]}"#,
);

fn read(text: &str) -> TableRecord {
    serde_json::from_str(&text.replace("WRAPPED", WRAPPED_KEY)).unwrap()
}

fn written(record: &TableRecord) -> String {
    let text = serde_json::to_string(record).unwrap();
    text.replace(WRAPPED_KEY, "WRAPPED")
}

/// Pins every field's name and form, both ways.
#[test]
fn the_form_is_what_it_was() {
    assert_eq!(written(&read(WHOLE)), WHOLE);
}

#[test]
fn what_older_records_lack_is_what_it_was_then() {
    let record = read(OLDEST);
    assert_eq!(record.on_demand, None);
    assert_eq!(record.pay_per_request_since, None);
    assert_eq!(record.index_numbers_used, 0);
    assert!(!record.deletion_protection);
    assert_eq!(
        (record.history.clone(), record.restore.clone()),
        (None, None)
    );
    assert_eq!(record.settings, TableSettings::default());
    assert_eq!(record.throughput, ProvisionedThroughput::default());
    let index = record.index("by-a").unwrap();
    assert_eq!(index.status, IndexStatus::Active);
    assert_eq!(index.throughput, ProvisionedThroughput::default());
    assert_eq!((index.on_demand, index.warm), (None, None));
    assert_eq!(read(&written(&record)), record);
}
