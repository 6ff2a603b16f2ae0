//! What the archive relies on in a store, tried on memory, on a directory, and on the store that
//! `ANYWHEN_TEST_STORE` names (`s3://bucket/prefix`, with the `AWS_*` environment).

use std::fmt;

use anywhen_kms::OsRandomness;
use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::{
    CopyOptions, Error, GetResult, ListResult, ObjectMeta, PutMultipartOptions, PutResult,
};

use super::*;
use crate::{layout, open_store};

const MIB: usize = 1 << 20;

/// Every store under test, each with an empty root of its own.
fn stores() -> Vec<(String, Arc<Store>, Option<tempfile::TempDir>)> {
    let directory = tempfile::tempdir().unwrap();
    let mut urls = vec![
        ("memory:".to_owned(), None),
        (directory.path().display().to_string(), Some(directory)),
    ];
    urls.extend(
        std::env::var("ANYWHEN_TEST_STORE")
            .ok()
            .map(|url| (url, None)),
    );
    let open = |(url, keep): (String, _)| {
        let (inner, root, _) = open_store(&url).unwrap();
        let root = root.join(layout::random_name(&OsRandomness));
        (url, Arc::new(Store::new(inner, root)), keep)
    };
    urls.into_iter().map(open).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_conditional_puts_exactly_one_wins() {
    for (url, store, _keep) in stores() {
        for round in 0..6 {
            let name = format!("race/{round:020}");
            let racers = (0_u8..24).map(|racer| {
                let (store, name) = (Arc::clone(&store), name.clone());
                tokio::spawn(async move {
                    // A store may leave it undecided; then a racer asks again.
                    loop {
                        match store.put_new(&name, Bytes::from(vec![racer; 64])).await {
                            Ok(put) => return (racer, put),
                            Err(ArchiveError::Away(_)) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                })
            });
            let ended = futures::future::join_all(racers).await;
            let winners: Vec<u8> = ended
                .into_iter()
                .map(Result::unwrap)
                .filter_map(|(racer, put)| (put == Put::Done).then_some(racer))
                .collect();
            let stored = store.get(&name).await.unwrap();
            assert_eq!(winners, [stored[0]], "{url}, round {round}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_complete_and_in_order() {
    for (url, store, _keep) in stores() {
        let manifest = |number: u64| layout::manifest("a/manifest", number);
        let numbers = [3, 1, 1000, 9, 11, 2, 99, 100];
        for number in numbers {
            store
                .put_new(&manifest(number), Bytes::new())
                .await
                .unwrap();
        }
        store.put_new("a/manifest-b/1", Bytes::new()).await.unwrap();
        store.put_new("b/other", Bytes::new()).await.unwrap();
        let mut expected = numbers.map(manifest);
        expected.sort();
        assert_eq!(store.list("a/manifest").await.unwrap(), expected, "{url}");
        // As a ledger looks for a later number than its own, which may be gone.
        for (after, later) in [(11, &expected[5..]), (98, &expected[5..]), (1000, &[])] {
            let found = store.list_after("a/manifest", &manifest(after)).await;
            assert_eq!(found.unwrap(), later, "{url} after {after}");
        }
        assert!(store.list("c").await.unwrap().is_empty(), "{url}");
        let mut folders = store.folders("a").await.unwrap();
        folders.sort();
        assert_eq!(folders, ["manifest", "manifest-b"], "{url}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_are_read_whole_in_ranges_and_not_beyond_their_end() {
    for (url, store, _keep) in stores() {
        let bytes: Bytes = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        store.put_new("x/object", bytes.clone()).await.unwrap();
        assert_eq!(store.get("x/object").await.unwrap(), bytes, "{url}");
        for range in [0..1, 17..70_000, 399_999..400_000] {
            let expected = bytes.slice(range.start as usize..range.end as usize);
            assert_eq!(store.get_range("x/object", range).await.unwrap(), expected);
        }
        for range in [399_999..400_001, 500_000..500_001] {
            let error = store.get_range("x/object", range).await.unwrap_err();
            assert!(
                matches!(error, ArchiveError::Damaged { .. }),
                "{url}: {error}"
            );
        }
        store.delete("x/object").await.unwrap();
        store.delete("x/object").await.unwrap();
        for gone in [
            store.get("x/object").await,
            store.get_range("x/object", 0..1).await,
        ] {
            let error = gone.unwrap_err();
            assert!(
                matches!(error, ArchiveError::Missing { .. }),
                "{url}: {error}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_in_parts_appears_whole_or_not_at_all() {
    for (url, store, _keep) in stores() {
        let parts: Vec<Bytes> = [(1_u8, 8 * MIB), (2, 8 * MIB), (3, MIB / 3)]
            .map(|(fill, size)| Bytes::from(vec![fill; size]))
            .into();
        let mut whole = store.put_parts("x/whole").await.unwrap();
        let mut given_up = store.put_parts("x/given-up").await.unwrap();
        for part in &parts {
            whole.put(part.clone()).await.unwrap();
            given_up.put(part.clone()).await.unwrap();
        }
        assert!(store.list("x").await.unwrap().is_empty(), "{url}");
        whole.complete().await.unwrap();
        given_up.abort().await;
        assert_eq!(store.list("x").await.unwrap(), ["x/whole"], "{url}");
        assert_eq!(store.get("x/whole").await.unwrap(), parts.concat(), "{url}");
    }
}

/// A store with one fault.
#[derive(Debug)]
struct Faulty {
    inner: InMemory,
    fault: Fault,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Conditional puts run into another and are not decided.
    Conflict,
    /// Conditions are ignored.
    Overwrites,
    /// Uploads are completed, but the answer is lost and the upload then unknown.
    CompletionUnanswered,
    /// Uploads fail when they are completed.
    CompletionFails,
    /// The bucket is gone.
    NoBucket,
}

impl Faulty {
    fn store(fault: Fault) -> Arc<Store> {
        let inner = InMemory::new();
        Arc::new(Store::new(Arc::new(Self { inner, fault }), Path::default()))
    }
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("faulty")
    }
}

fn answer(path: &Path, status: u16, code: &str) -> Error {
    let (path, source) = (path.to_string(), format!("<Code>{code}</Code>").into());
    match status {
        404 => Error::NotFound { path, source },
        409 => Error::AlreadyExists { path, source },
        _ => Error::Generic {
            store: "faulty",
            source,
        },
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(
        &self,
        path: &Path,
        payload: PutPayload,
        mut options: PutOptions,
    ) -> object_store::Result<PutResult> {
        match self.fault {
            Fault::Conflict => return Err(answer(path, 409, "ConditionalRequestConflict")),
            Fault::Overwrites => options.mode = PutMode::Overwrite,
            _ => {}
        }
        self.inner.put_opts(path, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        let inner = self.inner.put_multipart_opts(path, options).await?;
        let (path, fault) = (path.clone(), self.fault);
        Ok(Box::new(FaultyUpload { inner, path, fault }))
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> object_store::Result<GetResult> {
        if self.fault == Fault::NoBucket {
            return Err(answer(path, 404, "NoSuchBucket"));
        }
        self.inner.get_opts(path, options).await
    }

    fn delete_stream(
        &self,
        paths: BoxStream<'static, object_store::Result<Path>>,
    ) -> BoxStream<'static, object_store::Result<Path>> {
        self.inner.delete_stream(paths)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> object_store::Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(
        &self,
        from: &Path,
        to: &Path,
        options: CopyOptions,
    ) -> object_store::Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

#[derive(Debug)]
struct FaultyUpload {
    inner: Box<dyn MultipartUpload>,
    path: Path,
    fault: Fault,
}

#[async_trait]
impl MultipartUpload for FaultyUpload {
    fn put_part(&mut self, data: PutPayload) -> object_store::UploadPart {
        self.inner.put_part(data)
    }

    async fn complete(&mut self) -> object_store::Result<PutResult> {
        if self.fault == Fault::CompletionUnanswered {
            self.inner.complete().await?;
        }
        Err(answer(&self.path, 404, "NoSuchUpload"))
    }

    async fn abort(&mut self) -> object_store::Result<()> {
        self.inner.abort().await
    }
}

#[tokio::test]
async fn a_conflict_says_nothing_about_who_has_won() {
    let store = Faulty::store(Fault::Conflict);
    let error = store.put_new("x", Bytes::new()).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
}

#[tokio::test]
async fn a_bucket_that_is_gone_is_not_a_missing_object() {
    let store = Faulty::store(Fault::NoBucket);
    let error = store.get("x").await.unwrap_err();
    assert!(error.is_transient(), "{error}");
}

#[tokio::test]
async fn a_store_that_ignores_conditions_is_refused() {
    let store = Faulty::store(Fault::Overwrites);
    let bytes = Bytes::from_static(b"as it was");
    store.put_new("x", bytes.clone()).await.unwrap();
    let checked = crate::preflight::check(&store, "x", bytes.clone()).await;
    let error = checked.unwrap_err().to_string();
    assert!(error.contains("conditional puts"), "{error}");
    assert_eq!(
        store.get("x").await.unwrap(),
        bytes,
        "nothing is lost by asking"
    );
}

#[tokio::test]
async fn a_completion_whose_answer_was_lost_is_found_out() {
    for (fault, appears) in [
        (Fault::CompletionUnanswered, true),
        (Fault::CompletionFails, false),
    ] {
        let store = Faulty::store(fault);
        let mut parts = store.put_parts("x").await.unwrap();
        parts.put(Bytes::from_static(b"one part")).await.unwrap();
        assert_eq!(parts.complete().await.is_ok(), appears);
        assert_eq!(store.get("x").await.is_ok(), appears);
    }
}
