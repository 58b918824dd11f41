package sluice.coa;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;

class DuplicateCacheTest {

    private static final byte[] ANSWER = {1};

    private final DuplicateCache cache = new DuplicateCache(3, 30, 60);

    @Test
    void oldestAnswerGoesWhenThereAreTooMany() {
        for (int i = 0; i < 5; i++) {
            cache.begin(key(i), i);
            assertThat(cache.answered(key(i), ANSWER)).isTrue();
        }
        assertThat(cache.expire(5)).isZero();
        assertThat(cache.size()).isEqualTo(3);
        assertThat(cache.find(key(1), 5)).isEmpty();
        assertThat(cache.find(key(2), 5)).isPresent();
    }

    @Test
    void requestThatIsWorkedOnStaysWhereAnswersGo() {
        cache.begin(key(0), 0);
        for (int i = 1; i < 5; i++) {
            cache.begin(key(i), i);
            cache.answered(key(i), ANSWER);
        }
        cache.expire(5);
        assertThat(cache.find(key(0), 5)).isPresent();
        assertThat(cache.expire(60)).as("given up").isEqualTo(1);
        assertThat(cache.size()).isZero();
        assertThat(cache.answered(key(0), ANSWER)).isFalse();
    }

    @Test
    void requestIsAnsweredOnce() {
        cache.begin(key(0), 0);
        assertThat(cache.answered(key(0), ANSWER)).isTrue();
        assertThat(cache.answered(key(0), new byte[] {2})).isFalse();
        assertThat(cache.find(key(0), 1).orElseThrow().answer()).isEqualTo(ANSWER);
    }

    @Test
    void otherPortIsAnotherRequest() {
        cache.begin(key(0), 0);
        assertThat(cache.find(new DuplicateCache.Key(Samples.at("192.0.2.1", 2), 0, Bytes.EMPTY), 0))
                .isEmpty();
    }

    @Test
    void numberOfThoseWorkedOnIsAlwaysRight() {
        long seed = 7;
        Random random = new Random(seed);
        for (int i = 0, now = 0; i < 50_000; i++, now += random.nextInt(8)) {
            DuplicateCache.Key key = key(random.nextInt(20));
            cache.expire(now);
            if (cache.find(key, now).isEmpty()) {
                cache.begin(key, now);
            } else {
                cache.answered(key, ANSWER);
            }
            int time = now;
            long working = IntStream.range(0, 20)
                    .mapToObj(id -> cache.find(key(id), time))
                    .filter(entry -> entry.isPresent() && !entry.get().isAnswered())
                    .count();
            assertThat((long) cache.working()).as("seed %d, step %d", seed, i).isEqualTo(working);
        }
    }

    private static DuplicateCache.Key key(int id) {
        return new DuplicateCache.Key(Samples.at("192.0.2.1", 1), id, Bytes.EMPTY);
    }
}
