"""Makes the images guanjia-service and guanjia-gateway, and the offline bundle.

    python -m images              both images, their SBOMs           → .run/images/
    python -m images.bundle       all a place without a network needs → .run/bundle/

See README.md beside this file.
"""
