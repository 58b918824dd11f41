package sluice.qos;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import sluice.session.api.PolicyListener;

/**
 * Introduces those who want to hear of changed policies to the catalog. A component apart: the session engine is one of
 * them and needs the catalog to be made.
 */
@Component(service = PolicyNews.class, immediate = true)
public final class PolicyNews {

    private final PolicyCatalog catalog;

    /** For the framework. */
    @Activate
    public PolicyNews(@Reference PolicyCatalog catalog) {
        this.catalog = catalog;
    }

    /** Somebody listens. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindListener(PolicyListener listener) {
        catalog.tell(listener);
    }

    void unbindListener(PolicyListener listener) {
        catalog.forget(listener);
    }
}
